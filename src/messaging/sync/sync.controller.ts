import { Body, Controller, createParamDecorator, Post, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { PollingService } from './polling.service.js';
import { PollDto, PolledDto } from './sync.dto.js';

const SYNC = tag('Sync', 'Catching up without a socket.');

/** Aborted when the caller hangs up before it is answered. */
const Gone = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const gone = new AbortController();
  const { raw } = context.switchToHttp().getResponse<FastifyReply>();
  raw.once('close', () => gone.abort());
  return gone.signal;
});

@Tag(SYNC)
@Controller('sync')
export class SyncController {
  constructor(private readonly polling: PollingService) {}

  @Post()
  @Route({
    summary: 'Catch up',
    description:
      'Everything since these positions, or a clear no for each stream where that cannot be told: what `sync.resume` answers. With `timeout_s` it waits for something to tell. Of more than 200 rooms those with news are told; `more` says to ask for the others again.',
    access: 'read_messages',
    answer: PolledDto,
    actsForUser: true,
  })
  poll(@CurrentCaller() caller: Caller, @Body() dto: PollDto, @Gone() gone: AbortSignal): Promise<PolledDto> {
    return this.polling.poll(caller, dto, gone);
  }
}

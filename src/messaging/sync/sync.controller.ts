import { Body, Controller, createParamDecorator, Post, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { readApiKey } from '../../tenancy/keys/request-headers.js';
import { PollingService, type Asker } from './polling.service.js';
import { PollDto, PolledDto } from './sync.dto.js';

const SYNC = tag('Sync', 'Catching up without a socket.');

const CurrentAsker = createParamDecorator((_: unknown, context: ExecutionContext): Asker => {
  const gone = new AbortController();
  const http = context.switchToHttp();
  http.getResponse<FastifyReply>().raw.once('close', () => gone.abort());
  return { apiKey: readApiKey(http.getRequest<FastifyRequest>().headers), gone: gone.signal };
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
  poll(@CurrentCaller() caller: Caller, @Body() dto: PollDto, @CurrentAsker() asker: Asker): Promise<PolledDto> {
    return this.polling.poll(caller, dto, asker);
  }
}

import { Body, Controller, Delete, Get, Put } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../../tenancy/access/request.js';
import { Route, Tag } from '../../../tenancy/access/route.js';
import { MODERATION } from '../blocks/blocks.controller.js';
import { HookDto, HookInputDto } from './hook.dto.js';
import { HookService } from './hook.service.js';

/** Who is asked before users' messages are written. */
@Tag(MODERATION)
@Controller('clients/me/hooks/pre-send')
export class HookController {
  constructor(private readonly hook: HookService) {}

  @Get()
  @Route({ summary: 'Read the pre-send hook', access: 'master', answer: HookDto, errors: ['not_found'] })
  get(@CurrentCaller() caller: Caller): Promise<HookDto> {
    return this.hook.get(caller);
  }

  @Put()
  @Route({
    summary: 'Set the pre-send hook',
    description:
      'Asked about every message that a user sends, edits or has scheduled, not about those of the client itself. It gets `{room_id, sender, message}`, signed as a webhook to a bare URL, and answers `{action: "accept" | "reject" | "replace", reason?, message?}`: `reject` is 422 `message_rejected` with the reason as `detail`; what `replace` gives of `message` takes the place of what was sent. It holds for the next message.',
    audit: 'pre_send_hook.set',
    access: 'master',
    answer: HookDto,
  })
  put(@CurrentRequest() request: Request, @Body() dto: HookInputDto): Promise<HookDto> {
    return this.hook.put(request, dto);
  }

  @Delete()
  @Route({ summary: 'Remove the pre-send hook', audit: 'pre_send_hook.delete', access: 'master', status: 204 })
  remove(@CurrentRequest() request: Request): Promise<void> {
    return this.hook.remove(request);
  }
}

import { Body, Controller, Param, Post } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { TypeDto } from './typing.dto.js';
import { TypingService } from './typing.service.js';

export const PRESENCE = tag('Presence', 'Who is there, and who types.');

@Tag(PRESENCE)
@Controller('rooms')
export class TypingController {
  constructor(private readonly typing: TypingService) {}

  @Post(':id/typing')
  @Route({
    summary: 'Say that the user types in a room, or no longer',
    description:
      'For clients without a socket. Holds for 8 seconds, unless it is said again. The readers of the room hear `typing.updated`.',
    access: 'send_messages',
    status: 204,
    errors: ['not_found', 'insufficient_role', 'room_frozen'],
    actsForUser: true,
    limited: 'typing',
  })
  type(@CurrentCaller() caller: Caller, @Param('id') roomId: string, @Body() { typing }: TypeDto): Promise<void> {
    return this.typing.type(caller, roomId, typing, { id: `rest:${caller.keyId}`, isOpen: true });
  }
}

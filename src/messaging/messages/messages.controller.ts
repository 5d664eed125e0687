import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Existing, type Request } from '../../tenancy/access/request.js';
import type { ProblemCode } from '../../platform/common/problem.js';
import { Route, type RouteOptions, Tag, tag } from '../../tenancy/access/route.js';
import { MessageDto, MessagePageDto, MessagesQueryDto, type SeenMessage } from './messages.dto.js';
import { SendMessageDto, SendMessageToRoomDto } from './sending.dto.js';
import { MessagesService } from './messages.service.js';
import { SendingService } from './sending.service.js';

/** What a send can be refused with. */
export const SEND_ERRORS: ProblemCode[] = [
  'not_found',
  'user_banned',
  'user_unavailable',
  'insufficient_role',
  'room_frozen',
  'room_inactive',
  'rate_limited',
  'idempotency_conflict',
  'message_rejected',
  'hook_unavailable',
  'overloaded',
];

const SEND: Omit<RouteOptions, 'summary'> = {
  limited: 'messages',
  judgesBans: true,
  access: 'send_messages',
  status: 201,
  also: { 200: 'This client_msg_id was sent before: the original, with `deduplicated: true`.' },
  answer: MessageDto,
  errors: SEND_ERRORS,
  actsForUser: true,
  idempotent: true,
};

const LIST: Omit<RouteOptions, 'summary'> = {
  access: 'read_messages',
  answer: MessagePageDto,
  errors: ['not_found', 'invalid_cursor'],
  actsForUser: true,
};

const GET: Omit<RouteOptions, 'summary'> = {
  access: 'read_messages',
  answer: MessageDto,
  errors: ['not_found'],
  actsForUser: true,
};

export const MESSAGES = tag('Messages', 'Send and read messages, in a gapless order per room.');

@Tag(MESSAGES)
@Controller()
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly sending: SendingService,
  ) {}

  @Post('rooms/:room_id/messages')
  @Route({
    ...SEND,
    summary: 'Send a message',
    description: 'Committed when answered. A master key without X-User-Id sends as the client.',
  })
  send(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() dto: SendMessageDto,
  ): Promise<MessageDto | Existing<MessageDto>> {
    return this.sending.send(request, roomId, dto);
  }

  @Get('rooms/:room_id/messages')
  @Route({
    ...LIST,
    summary: "Read a room's messages",
    description: 'Always ascending; without a place to read from, the newest. Give at most one place.',
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: MessagesQueryDto,
  ): Promise<MessagePageDto> {
    return this.messages.list(caller, roomId, query);
  }

  @Get('rooms/:room_id/messages/:id')
  @Route({ ...GET, summary: 'Read a message' })
  get(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
  ): Promise<SeenMessage> {
    return this.messages.get(caller, roomId, id);
  }

  @Post('messages')
  @Route({ ...SEND, summary: 'Send a message to the room in the body', deprecated: true })
  sendToRoom(
    @CurrentRequest() request: Request,
    @Body() { room_id, ...dto }: SendMessageToRoomDto,
  ): Promise<MessageDto | Existing<MessageDto>> {
    return this.sending.send(request, room_id, dto);
  }

  @Get('messages/rooms/:room_id')
  @Route({ ...LIST, summary: "The same as reading a room's messages", deprecated: true })
  listOfRoom(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: MessagesQueryDto,
  ): Promise<MessagePageDto> {
    return this.messages.list(caller, roomId, query);
  }

  @Get('messages/:id')
  @Route({ ...GET, summary: 'Read a message, whatever its room', deprecated: true })
  getAnywhere(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<SeenMessage> {
    return this.messages.get(caller, null, id);
  }
}

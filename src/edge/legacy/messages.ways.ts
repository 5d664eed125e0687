import { Injectable } from '@nestjs/common';
import { invalidField } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { MessagesService } from '../../messaging/messages/messages.service.js';
import { RoomsService } from '../../messaging/rooms/rooms.service.js';
import type { Admitted } from '../../tenancy/access/request.js';
import { messageBodyOf, oldMessage, withoutReplies } from './messages.words.js';
import { callerOf, paramOf, queryOf, type Way, type Ways } from './way.js';
import { eachOf, flagOf, isPlain, type Plain } from './words.js';

const UNREAD_SHOWN = 50;

/** Messages: sent, read, changed, found. */
@Injectable()
export class MessagesWays {
  readonly ways: Ways;

  constructor(
    private readonly messages: MessagesService,
    private readonly rooms: RoomsService,
  ) {
    const read: Way = { answer: oldMessage };
    const send: Way = { ...read, ask: askForSend };
    const list: Way = {
      ask: (request) => this.askForList(request),
      answer: (body, _, wantsReplies) => eachOf(wantsReplies === false ? withoutReplies(body) : body, oldMessage),
    };
    const page: Way = { answer: (body) => eachOf(body, oldMessage) };
    this.ways = {
      'POST /messages': send,
      'POST /rooms/:room_id/messages': send,
      'GET /messages/rooms/:room_id': list,
      'GET /rooms/:room_id/messages': list,
      'GET /messages/:id': read,
      'GET /rooms/:room_id/messages/:id': read,
      'PUT /messages/:id': send,
      'PATCH /rooms/:room_id/messages/:id': read,
      'POST /rooms/:room_id/messages/:id/undelete': read,
      'GET /rooms/:room_id/messages/:id/replies': page,
      'GET /rooms/:room_id/pins': page,
      'GET /messages/search': { answer: (body) => eachOf(body, found) },
      'GET /messages/rooms/:room_id/unread': {
        ask: (request) => shownOf(queryOf(request).limit),
        answer: (body, request, limit) => this.unread(body, request, limit as number),
      },
    };
  }

  /** @returns does the caller want replies? */
  private async askForList(request: Admitted): Promise<boolean> {
    const { before_message_id, include_replies, ...query } = queryOf(request);
    request.query = query;
    if (typeof before_message_id === 'string') {
      const { seq } = await this.messages.get(callerOf(request), paramOf(request, 'room_id'), before_message_id);
      query.before_seq = String(seq);
    }
    return include_replies === undefined || flagOf('include_replies', include_replies);
  }

  /** There, the messages themselves were answered: the oldest first, beside how many there are. */
  private async unread(body: Plain, request: Admitted, limit: number): Promise<Plain> {
    const caller = callerOf(request);
    const roomId = paramOf(request, 'room_id');
    const { last_seq } = await this.rooms.get(caller, roomId, {});
    const after_seq = Math.max(0, last_seq - Number(body.unread));
    const page = await this.messages.list(caller, roomId, { after_seq, limit });
    return { ...body, ...eachOf({ ...page }, oldMessage) };
  }
}

function askForSend(request: Admitted): void {
  if (isPlain(request.body)) request.body = messageBodyOf(request.body);
}

/** Of a hit its message. */
const found = (hit: Plain): Plain => (isPlain(hit.message) ? { ...hit, message: oldMessage(hit.message) } : hit);

/** How many unread messages are wanted. @throws Problem `validation_failed` for what is no number of them */
function shownOf(limit: unknown = UNREAD_SHOWN): number {
  const wanted = Number(limit);
  if (!Number.isInteger(wanted) || wanted < 1) throw invalidField('limit', 'must be a whole number of at least 1');
  return Math.min(wanted, limits.page);
}

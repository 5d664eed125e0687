import { Injectable } from '@nestjs/common';
import type { Speaker, Wording } from '../gateway/dialect.js';
import { MembersService } from '../../messaging/members/members.service.js';
import { MessagesService } from '../../messaging/messages/messages.service.js';
import { limits } from '../../platform/config/limits.js';
import { messageBodyOf, oldMessage, withoutReplies } from './messages.words.js';
import { oldRoom } from './rooms.words.js';
import { eachOf, flagOf, isPlain, withoutNulls, type Plain } from './words.js';

/** Who sends is whose key it is, whatever the body says. */
const OF_SENDERS = ['sender_id', 'sender_user_id', 'sender_name', 'sender_display_name', 'user_id'];

const pick = (body: unknown, ...fields: string[]): Plain =>
  isPlain(body) ? Object.fromEntries(Object.entries(withoutNulls(body)).filter(([name]) => fields.includes(name))) : {};

const onlyRoom = (_: Speaker, body: unknown): Plain => pick(body, 'room_id');
const asIs = (_: Speaker, data: unknown): unknown => data;

/** The events that the first version's clients send, by name. */
@Injectable()
export class UpWords {
  private readonly wordings: ReadonlyMap<unknown, Wording>;

  constructor(
    private readonly messages: MessagesService,
    private readonly members: MembersService,
  ) {
    this.wordings = new Map<unknown, Wording>([
      ['send_message', SEND],
      ['join_room', { event: 'room.subscribe', ask: onlyRoom, answer: asIs }],
      ['leave_room', { event: 'room.unsubscribe', ask: onlyRoom, answer: asIs }],
      ['get_rooms', GET_ROOMS],
      [
        'get_messages',
        {
          event: 'message.list',
          ask: (session, body) => this.askForMessages(session, body),
          answer: sayMessages,
          reply: 'messages',
        },
      ],
      ['typing_start', { event: 'typing.start', ask: onlyRoom, answer: asIs }],
      ['typing_stop', { event: 'typing.stop', ask: onlyRoom, answer: asIs }],
      ['mark_messages_read', { event: 'receipt.read', ask: askForRead, answer: asIs }],
      [
        'online_users',
        {
          event: 'presence.get',
          ask: (session, body) => this.askForOnline(session, body),
          answer: sayOnline,
          reply: 'online_users',
        },
      ],
      ['ping', { event: 'ping', ask: () => ({}), answer: asIs }],
    ]);
  }

  find(name: unknown): Wording | undefined {
    return this.wordings.get(name);
  }

  private async askForMessages({ caller }: Speaker, body: unknown): Promise<Plain> {
    const list = pick(body, 'room_id', 'limit', 'before_seq', 'after_seq', 'around_seq', 'cursor');
    wantsReplies(body);
    const { before_message_id: before } = pick(body, 'before_message_id');
    if (before === undefined) return list;
    const { seq } = await this.messages.get(caller, String(list.room_id), String(before));
    return { ...list, before_seq: seq };
  }

  /** Of a room: its first members. */
  private async askForOnline({ caller }: Speaker, body: unknown): Promise<Plain> {
    const roomId = isPlain(body) ? body.room_id : undefined;
    if (typeof roomId !== 'string') return { limit: limits.page };
    const { data } = await this.members.list(caller, roomId, { limit: limits.page });
    return { user_ids: data.map(({ user_id }) => user_id) };
  }
}

const SEND: Wording = {
  event: 'message.send',
  ask: (_, body) =>
    isPlain(body)
      ? messageBodyOf(Object.fromEntries(Object.entries(body).filter(([name]) => !OF_SENDERS.includes(name))))
      : body,
  answer: (_, data) => ({ ...oldMessage(data as Plain), message_id: (data as Plain).id }),
  reply: 'message_sent',
};

const GET_ROOMS: Wording = {
  event: 'room.list',
  ask: (_, body) => pick(body, 'limit', 'cursor'),
  answer: (_, data) => {
    const page = eachOf(data as Plain, (room) => oldRoom(room, new Map()));
    return { ...page, rooms: page.data };
  },
  reply: 'rooms',
};

/** @throws Problem `validation_failed` for what says neither */
function wantsReplies(asked: unknown): boolean {
  const { include_replies } = pick(asked, 'include_replies');
  return include_replies === undefined || flagOf('include_replies', include_replies);
}

function sayMessages(_: Speaker, data: unknown, asked: unknown): Plain {
  const { room_id } = asked as Plain;
  const page = wantsReplies(asked) ? data : withoutReplies(data as Plain);
  const said = eachOf(page as Plain, oldMessage);
  return { ...said, room_id, messages: said.data };
}

/** Without a message, all of the room. */
function askForRead(_: Speaker, body: unknown): Plain {
  const mark = pick(body, 'room_id', 'message_id', 'seq');
  return mark.message_id === undefined && mark.seq === undefined ? { ...mark, seq: Number.MAX_SAFE_INTEGER } : mark;
}

function sayOnline(_: Speaker, data: unknown): Plain {
  const page = data as { data: { user_id: string; state: string }[] };
  const there = page.data.filter(({ state }) => state !== 'offline');
  return { users: there.map(({ user_id }) => user_id), data: there };
}

import { BLANK } from '../live/reduce.js';
import type { Envelope, Message, Told } from '../live/types.js';

interface Standing {
  role: string;
  last_read_seq: number;
  last_delivered_seq: number;
}

const SMALL_ROOM = 100;

/** The service that the room is in. */
interface House {
  readonly epoch: string;
  readonly rooms: Map<string, FakeRoom>;
  id(of: string): string;
  person(user: string): { hidden: Set<string> };
  tell(user: string, type: string, data: Told, isDurable?: boolean): void;
  envelope(stream: string, room_id: string | null, type: string, data: Told): Envelope;
  publish(event: Envelope, users: string[]): void;
}

/** A room of a service in memory: what happens in it, and what is told of it. */
export class FakeRoom {
  rev = 0;
  name = 'room';
  first_seq = 1;
  readonly messages: Message[] = [];
  readonly members = new Map<string, Standing>();
  private events: Envelope[] = [];
  private last_message_at: string | null = null;

  constructor(
    private readonly service: House,
    readonly id: string,
    members: string[],
  ) {
    for (const user of members) this.members.set(user, { role: 'member', last_read_seq: 0, last_delivered_seq: 0 });
  }

  get position(): { room_id: string; epoch: string; rev: number } {
    return { room_id: this.id, epoch: this.service.epoch, rev: this.rev };
  }

  get last_seq(): number {
    return this.messages.at(-1)?.seq ?? this.first_seq - 1;
  }

  has(user: string): boolean {
    return this.members.has(user);
  }

  find(id: string): Message {
    return this.messages.find((one) => one.id === id)!;
  }

  /** What `message.send` does: the same `client_msg_id` is the same message. */
  send(user: string, { room_id: _, ...body }: Told): Message {
    const { client_msg_id = null } = body;
    const have = client_msg_id && this.messages.find((one) => one.client_msg_id === client_msg_id);
    if (have) return { ...have, deduplicated: true } as Message;
    const seq = this.last_seq + 1;
    const now = new Date().toISOString();
    const known = { ...BLANK, ...body, id: this.service.id('message-'), room_id: this.id, seq, rev: this.rev + 1 };
    const message = { ...known, sender_id: user, created_at: now, updated_at: now } as Message;
    this.messages.push(message);
    this.last_message_at = now;
    const standing = this.members.get(user)!;
    Object.assign(standing, { last_read_seq: seq, last_delivered_seq: seq });
    this.append('message.created', message);
    return message;
  }

  say(user: string, content: string): Message {
    return this.send(user, { content });
  }

  edit(id: string, content: string): Message {
    return this.change(id, 'message.updated', { content, edited_at: 'now' });
  }

  remove(id: string): Message {
    return this.change(id, 'message.deleted', { content: null, deleted_at: 'now', reactions: [] });
  }

  react(user: string, id: string, key: string): void {
    const message = this.find(id);
    const have = message.reactions.find((one) => one.key === key);
    if (message.deleted_at || have?.user_ids.includes(user)) return;
    const user_ids = [...(have?.user_ids ?? []), user];
    const others = message.reactions.filter((one) => one !== have);
    message.reactions = [...others, { key, count: user_ids.length, user_ids } as Told];
    this.append('reaction.added', { message_id: id, key, user_id: user, count: user_ids.length });
  }

  rename(name: string): void {
    this.name = name;
    this.append('room.updated', this.fields());
  }

  truncate(before_seq: number): void {
    this.first_seq = Math.max(this.first_seq, Math.min(before_seq, this.last_seq + 1));
    this.messages.splice(0, this.messages.findIndex(({ seq }) => seq >= this.first_seq) >>> 0);
    this.append('room.truncated', { ...this.fields(), before_seq: this.first_seq });
  }

  join(user: string): void {
    if (this.has(user)) return;
    const { last_seq } = this;
    this.members.set(user, { role: 'member', last_read_seq: last_seq, last_delivered_seq: last_seq });
    this.append('member.joined', this.member(user));
    const { epoch, rev } = this.position;
    this.service.tell(user, 'room.added', { room: this.fields(), epoch, rev });
  }

  leave(user: string, reason = 'left'): void {
    if (!this.has(user)) return;
    const member = this.member(user);
    this.members.delete(user);
    this.append('member.left', member);
    this.service.tell(user, 'room.removed', { room_id: this.id, reason });
  }

  /** For everybody, and for good. */
  delete(): void {
    for (const user of this.members.keys()) this.leave(user, 'deleted');
    this.service.rooms.delete(this.id);
  }

  read(user: string, seq: number): Told {
    const standing = this.members.get(user)!;
    const to = Math.min(seq, this.last_seq);
    if (to > standing.last_read_seq) {
      standing.last_read_seq = to;
      standing.last_delivered_seq = Math.max(to, standing.last_delivered_seq);
      if (this.members.size <= SMALL_ROOM) this.mention('receipt.updated', { ...this.receipt(user), room_id: this.id });
      const { last_read_seq, unread, mentions } = this.me(user);
      const data = { room_id: this.id, last_read_seq, unread, mentions, total_unread: unread, total_mentions: 0 };
      this.service.tell(user, 'unread.updated', data, false);
    }
    return this.me(user);
  }

  markUnread(user: string, seq: number): Told {
    this.members.get(user)!.last_read_seq = seq - 1;
    return this.me(user);
  }

  me(user: string): Told {
    const { role, last_read_seq: read } = this.members.get(user)!;
    // What is gone counts as read.
    const last_read_seq = Math.max(read, this.first_seq - 1);
    const unread = Math.max(0, this.last_seq - last_read_seq);
    const settings = { muted: false, muted_until: null, mentions_only: false, hidden: false, pinned: false };
    return { role, last_read_seq, unread, mentions: 0, ...settings };
  }

  whole(user: string): Told {
    const { epoch, rev } = this.position;
    const last = this.messages.at(-1);
    return {
      ...this.fields(),
      epoch,
      last_rev: rev,
      me: this.me(user),
      last_message: last ? this.told(user, last) : null,
    };
  }

  /** What an answer of a resume says beside the events. */
  sides(user: string): Told {
    const isSmall = this.members.size <= SMALL_ROOM;
    return {
      me: this.me(user),
      ...(isSmall && { receipts: [...this.members.keys()].map((one) => this.receipt(one)) }),
    };
  }

  people(from: number, limit: number): Told[] {
    return [...this.members.keys()].slice(from, from + limit).map((user) => this.member(user));
  }

  memberPage(query: URLSearchParams): Told {
    const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 50)];
    const has_more = from + limit < this.members.size;
    return { data: this.people(from, limit), page: { has_more, next_cursor: has_more ? String(from + limit) : null } };
  }

  page(user: string, query: URLSearchParams): Told {
    const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
    const limit = number('limit') ?? 50;
    const [before, after, around] = ['before_seq', 'after_seq', 'around_seq'].map(number);
    const all = this.messages;
    let from = Math.max(0, all.length - limit);
    if (before !== undefined) from = Math.max(0, all.filter(({ seq }) => seq < before).length - limit);
    if (after !== undefined) from = all.filter(({ seq }) => seq <= after).length;
    if (around !== undefined) from = Math.max(0, all.filter(({ seq }) => seq < around).length - Math.floor(limit / 2));
    const end = before === undefined ? from + limit : all.filter(({ seq }) => seq < before).length;
    const data = all.slice(from, end).map((message) => this.told(user, message));
    return { data, page: { has_more_before: from > 0, has_more_after: end < all.length } };
  }

  /** As REST says it to somebody. */
  told(user: string, message: Message): Told {
    const { id, room_id, seq, rev } = message;
    if (this.service.person(user).hidden.has(id)) return { id, room_id, seq, rev, hidden: true };
    const own = message.reactions.filter(({ user_ids }) => user_ids.includes(user)).map(({ key }) => key);
    return { ...message, me: { reactions: own } };
  }

  /** Events as an answer of a resume tells them: of messages, what they are now. */
  hydrated(): Envelope[] {
    return this.events.map((event) => {
      if (!event.type.startsWith('message.')) return event;
      const now = this.messages.find(({ id }) => id === event.data.id);
      return now ? { ...event, data: now } : event;
    });
  }

  private change(id: string, type: string, change: object): Message {
    const message = this.find(id);
    if (message.deleted_at) return message;
    Object.assign(message, change, { rev: this.rev + 1 });
    this.append(type, message);
    return message;
  }

  private append(type: string, data: Told): void {
    const event = this.service.envelope(`room:${this.id}`, this.id, type, JSON.parse(JSON.stringify(data)));
    Object.assign(event, { epoch: this.service.epoch, rev: ++this.rev });
    this.events.push(event);
    this.service.publish(event, [...this.members.keys(), ...(type === 'member.left' ? [data.user_id] : [])]);
  }

  /** In no log. */
  private mention(type: string, data: Told): void {
    this.service.publish(this.service.envelope(`room:${this.id}`, this.id, type, data), [...this.members.keys()]);
  }

  private member(user: string): Told {
    return { ...this.members.get(user)!, user_id: user, room_id: this.id, display_name: user };
  }

  private receipt(user_id: string): Told {
    const { last_read_seq, last_delivered_seq } = this.members.get(user_id)!;
    return { user_id, last_read_seq, last_delivered_seq };
  }

  private fields(): Told {
    const { id, name, first_seq, last_seq, last_message_at, service } = this;
    const known = {
      id,
      name,
      first_seq,
      last_seq,
      last_message_at,
      epoch: service.epoch,
      member_count: this.members.size,
    };
    return { ...known, room_type: 'group', status: 'active', frozen: false, created_at: 'then' };
  }
}

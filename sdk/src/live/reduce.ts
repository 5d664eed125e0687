import type {
  ChatMessage,
  Envelope,
  HiddenMessage,
  Member,
  Message,
  Position,
  ReadMarkers,
  Room,
  RoomMe,
  Told,
} from './types.js';

/** What is kept of a room: a position, and exactly what it stands for. It is stored as one value. */
export interface Kept extends Position {
  room: Room;
  me: RoomMe | null;
  last_message: ChatMessage | null;
  members: Member[];
  /** `members` are all there are. */
  all_members: boolean;
  receipts: Record<string, ReadMarkers>;
  /** A stretch of history without holes, ascending. */
  messages: ChatMessage[];
  loaded: boolean;
  has_older: boolean;
  has_newer: boolean;
  /** Place of the user's own last message that was seen. */
  own_seq: number;
}

/** Who looks, and what is hidden from that user. */
export interface Viewer {
  user_id: string;
  hidden: ReadonlySet<string>;
  blocked: ReadonlySet<string>;
  /** How many messages are held at most. */
  window: number;
}

/** What others see of markers is told in rooms of up to so many members. */
export const SMALL_ROOM = 100;
const REACTING_USERS = 10;

type ToldMessage = Message | HiddenMessage;

/** A message that says nothing yet. */
export const BLANK = {
  sender_id: null,
  sender_type: 'user',
  sender_display_name: null,
  content_type: 'text',
  content: null,
  attachments: [],
  reply_to_id: null,
  thread_id: null,
  reply_count: 0,
  mentions: [],
  quoted: null,
  silent: false,
  reactions: [],
  metadata: {},
  client_msg_id: null,
  pinned_at: null,
  edited_at: null,
  deleted_at: null,
  deleted_by: null,
  updated_at: null,
} satisfies Partial<ChatMessage>;

/** A message as this user sees it. */
export function shown(told: ToldMessage | ChatMessage, { hidden, blocked }: Viewer, have?: ChatMessage): ChatMessage {
  const message = told as Message;
  const { id, room_id, seq, rev } = message;
  if ('hidden' in told || have?.hidden || hidden.has(id) || blocked.has(message.sender_id!)) {
    // A stub says no time: it is known where the message was seen, or comes by an event.
    const created_at = have?.created_at ?? message.created_at ?? null;
    return { ...(BLANK as unknown as Message), id, room_id, seq, rev, created_at, hidden: true, status: 'sent' };
  }
  const { deduplicated: _, ...rest } = message;
  // Events say nothing of who reads them, and how many replies there are is counted by the replies' own events.
  const own = have && { me: message.me ?? have.me, reply_count: have.reply_count };
  return { ...rest, ...own, status: 'sent' } as ChatMessage;
}

/** Puts one in its place, for who is there already. */
export function put(messages: ChatMessage[], message: ChatMessage): ChatMessage[] {
  let at = messages.length;
  while (at > 0 && messages[at - 1]!.seq >= message.seq) at--;
  const next = messages.slice();
  next.splice(at, messages[at]?.seq === message.seq ? 1 : 0, message);
  return next;
}

/** What an event does to messages that are there; the same array when it does nothing. */
export function change(messages: ChatMessage[], { type, data }: Envelope, viewer: Viewer): ChatMessage[] {
  const reacts = type.startsWith('reaction.');
  const at = messages.findIndex(({ id }) => id === (reacts ? data.message_id : data.id));
  const have = messages[at];
  if (!have || have.rev > data.rev) return messages;
  const next = messages.slice();
  next[at] = reacts ? reacted(have, type, data, viewer.user_id) : shown(data, viewer, have);
  return next;
}

/** An event's count is absolute; names are told up to ten. */
function reacted(message: ChatMessage, type: string, { key, user_id, count }: Told, me: string): ChatMessage {
  if (message.hidden || message.deleted_at) return message;
  const added = type === 'reaction.added';
  const with_ = (names: string[], name: string) =>
    added ? [...names.filter((one) => one !== name), name] : names.filter((one) => one !== name);
  const have = message.reactions.find((one) => one.key === key);
  const user_ids = with_(have?.user_ids ?? [], user_id).slice(0, REACTING_USERS);
  const one = { key, count, user_ids };
  const reactions = have
    ? message.reactions.map((other) => (other === have ? one : other)).filter((other) => other.count > 0)
    : count > 0
      ? [...message.reactions, one]
      : message.reactions;
  if (user_id !== me) return { ...message, reactions };
  return { ...message, reactions, me: { reactions: with_(message.me?.reactions ?? [], key) } };
}

/** Counts a reply of a message that is there. */
export function countReply(messages: ChatMessage[], threadId: string, by: number): ChatMessage[] {
  return messages.map((one) =>
    one.id === threadId ? { ...one, reply_count: Math.max(0, one.reply_count + by) } : one,
  );
}

/** Does this event change how many replies a message has, and by how much? Null: it can't be known from it. */
export function repliesBy({ type, data }: Envelope, messages: ChatMessage[]): number | null {
  if (!data.thread_id) return 0;
  if (type === 'message.created') return 1;
  // What is brought back comes as an update. An answer of a resume says what a message is now, not what it was then.
  if (type === 'message.deleted') return data.deleted_at ? -1 : null;
  if (type !== 'message.updated') return 0;
  const have = messages.find(({ id }) => id === data.id);
  return data.deleted_at || !have || have.deleted_at ? null : 0;
}

/** The next state: what an event that follows the position makes of a room. */
export function apply(kept: Kept, event: Envelope, viewer: Viewer): Kept {
  const { type, data, epoch, rev, occurred_at } = event;
  const next: Kept = { ...kept, epoch: epoch!, rev: rev!, at: occurred_at };
  const [what] = type.split('.');
  if (type === 'message.created') return created(next, event, viewer);
  if (what === 'message' || what === 'reaction') {
    const by = repliesBy(event, next.messages);
    next.messages = change(next.messages, event, viewer);
    if (by) next.messages = countReply(next.messages, data.thread_id, by);
    if (next.last_message) [next.last_message] = change([next.last_message], event, viewer) as [ChatMessage];
  } else if (what === 'member') return withMember(next, event, viewer);
  else if (type === 'room.truncated') return truncated(withRoom(next, data), data.before_seq);
  else if (what === 'room') return withRoom(next, data);
  return next;
}

function created(next: Kept, { data, occurred_at }: Envelope, viewer: Viewer): Kept {
  const { seq, sender_id, thread_id } = data;
  const { first_seq, last_seq } = next.room;
  const isNewest = seq >= last_seq;
  next.room = { ...next.room, last_seq: Math.max(last_seq, seq) };
  if (isNewest) next.room.last_message_at = data.created_at ?? occurred_at;
  if (sender_id)
    next.receipts = movedReceipt(next, { user_id: sender_id, last_read_seq: seq, last_delivered_seq: seq });
  if (sender_id === viewer.user_id) {
    next.own_seq = Math.max(next.own_seq, seq);
    if (next.me) next.me = { ...next.me, last_read_seq: Math.max(next.me.last_read_seq, seq), mentions: 0 };
  } else if (
    next.me &&
    next.room.member_count > SMALL_ROOM &&
    data.mentions?.some((one: Told) => one.type === 'room')
  ) {
    // In smaller rooms, and by name, one is told of it.
    next.me = { ...next.me, mentions: next.me.mentions + 1 };
  }
  if (seq < first_seq) return next;
  if (isNewest || !next.last_message) next.last_message = shown(data, viewer);
  if (thread_id) next.messages = countReply(next.messages, thread_id, 1);
  if (next.loaded && !next.has_newer) {
    const have = next.messages.find(({ id }) => id === data.id);
    const message = shown(data, viewer, have);
    // Nobody has replied to what was just made; replies come after it.
    next.messages = put(next.messages, have || message.hidden ? message : { ...message, reply_count: 0 });
    return trimmed(next, viewer.window, 'older');
  }
  return next;
}

/** Lets go of what is too much, on the side that nobody looks at. */
export function trimmed(kept: Kept, window: number, side: 'older' | 'newer'): Kept {
  const { messages } = kept;
  if (messages.length <= window) return kept;
  return side === 'older'
    ? { ...kept, messages: messages.slice(-window), has_older: true }
    : { ...kept, messages: messages.slice(0, window), has_newer: true };
}

/** A room told again; places only grow. */
export function withRoom(kept: Kept, { me: _, members: __, before_seq: ___, ...room }: Told): Kept {
  const { first_seq, last_seq } = kept.room;
  return {
    ...kept,
    room: { ...room, first_seq: Math.max(first_seq, room.first_seq), last_seq: Math.max(last_seq, room.last_seq) },
  };
}

export function truncated(kept: Kept, before: number): Kept {
  const messages = kept.messages.filter(({ seq }) => seq >= before);
  const last_message = kept.last_message && kept.last_message.seq >= before ? kept.last_message : null;
  const isFirst = kept.loaded && (messages.length === 0 || messages[0]!.seq <= before);
  const room = { ...kept.room, first_seq: Math.max(kept.room.first_seq, before) };
  // What is gone counts as read.
  const me = kept.me && { ...kept.me, last_read_seq: Math.max(kept.me.last_read_seq, room.first_seq - 1) };
  return { ...kept, room, me, messages, last_message, has_older: kept.has_older && !isFirst };
}

/** Somebody came, went, or has another role. */
export function withMember(kept: Kept, { type, data: member }: Envelope<Member>, { user_id }: Viewer): Kept {
  if (!type.startsWith('member.')) return kept;
  const next = { ...kept };
  const others = next.members.filter((one) => one.user_id !== member.user_id);
  const had = others.length < next.members.length;
  const left = type === 'member.left';
  if (left) {
    next.members = others;
    const { [member.user_id]: _, ...receipts } = next.receipts;
    next.receipts = receipts;
  } else if (had) next.members = next.members.map((one) => (one.user_id === member.user_id ? member : one));
  else if (next.all_members && others.length < SMALL_ROOM) next.members = [...others, member];
  else next.all_members = false;
  if (type === 'member.joined') {
    const { user_id: id, last_read_seq: read_seq, last_delivered_seq: delivered_seq } = member;
    next.receipts = { ...next.receipts, [id]: { read_seq, delivered_seq } };
  }
  const { member_count } = next.room;
  const by = left ? -1 : type === 'member.joined' ? 1 : 0;
  next.room = { ...next.room, member_count: next.all_members ? next.members.length : Math.max(0, member_count + by) };
  // So many markers nobody is told.
  if (next.room.member_count > SMALL_ROOM) next.receipts = {};
  if (member.user_id === user_id && next.me && !left) next.me = { ...next.me, role: member.role };
  return next;
}

/** Markers that others see never go back. */
export function movedReceipt(
  { receipts, room, members, all_members }: Kept,
  {
    user_id,
    last_read_seq,
    last_delivered_seq,
  }: { user_id: string; last_read_seq: number; last_delivered_seq: number },
): Kept['receipts'] {
  if (room.member_count > SMALL_ROOM) return receipts;
  // What is told late of somebody who has left.
  if (all_members && !members.some((one) => one.user_id === user_id)) return receipts;
  const { read_seq = 0, delivered_seq = 0 } = receipts[user_id] ?? {};
  const read = Math.max(read_seq, last_read_seq);
  if (receipts[user_id] && read === read_seq && last_delivered_seq <= delivered_seq) return receipts;
  return {
    ...receipts,
    [user_id]: { read_seq: read, delivered_seq: Math.max(delivered_seq, last_delivered_seq, read) },
  };
}

/** The own side as the server told it, which may not know yet of messages that were sent since. */
export function withMe(kept: Kept, me: RoomMe | null): Kept {
  if (!me || me.last_read_seq + me.unread >= kept.own_seq) return { ...kept, me };
  return { ...kept, me: { ...me, last_read_seq: Math.max(me.last_read_seq, kept.own_seq), mentions: 0 } };
}

/** Places beyond the own marker. */
export function unreadOf({ room, me }: Pick<Kept, 'room' | 'me'>): number {
  return me ? Math.max(0, room.last_seq - Math.max(me.last_read_seq, room.first_seq - 1)) : 0;
}

export interface HistoryPage {
  data: ToldMessage[];
  page: { has_more_before: boolean; has_more_after: boolean };
}

/**
 * Adds a page of history. `since` are the events that came while it was on its way: the page may be older or newer than
 * they are.
 */
export function withPage(
  kept: Kept,
  { data, page }: HistoryPage,
  side: 'older' | 'newer' | 'all',
  since: Envelope[],
  viewer: Viewer,
): Kept {
  let messages = side === 'all' ? [] : kept.messages;
  for (const told of data) {
    if (told.seq < kept.room.first_seq) continue;
    const have = kept.messages.find(({ id }) => id === told.id);
    messages = put(
      messages,
      have && have.rev > told.rev ? have : shown(told, viewer, 'hidden' in told ? have : undefined),
    );
  }
  const next: Kept = { ...kept, messages, loaded: true };
  if (side !== 'newer') next.has_older = page.has_more_before;
  if (side !== 'older') next.has_newer = page.has_more_after;
  for (const event of since) {
    const { type, data: body } = event;
    const isNew = type === 'message.created' && !next.messages.some(({ id }) => id === body.id);
    if (!isNew) next.messages = change(next.messages, event, viewer);
    else if (!next.has_newer && body.seq >= next.room.first_seq)
      next.messages = put(next.messages, shown(body, viewer));
  }
  return trimmed(next, viewer.window, side === 'older' ? 'newer' : 'older');
}

import type { List } from '../pages.js';
import { now } from '../wait.js';
import { feedOf, type Feed } from './feed.js';
import type { RoomHost } from './parts.js';
import { withMe } from './reduce.js';
import { repliesOf, type ChatThread } from './thread.js';
import type {
  ChatMessage,
  EditBody,
  Member,
  OutgoingBody,
  OutgoingMessage,
  OwnSideBody,
  RoomMe,
  RoomState,
  Store,
  Told,
} from './types.js';

const TYPING_AGAIN_MS = 4_000;

/** A room: what is shown of it, and what its user does there. */
export interface ChatRoom {
  /** The id of the room. */
  readonly id: string;
  /** What is to be shown, newest last. */
  readonly state: Store<RoomState>;
  /** Somebody shows it. */
  readonly isOpen: boolean;

  /**
   * Loads the newest messages and the members, and follows them until {@link close}: each `open` wants one, also where it
   * failed. What was kept is shown at once; what was missed comes by itself.
   */
  open(signal?: AbortSignal): Promise<void>;
  /** Lets go of all but the newest page. */
  close(): void;

  /** Puts a message into the outbox: it is in the state at once, and sent as soon as there is a line. */
  send(body: OutgoingBody): OutgoingMessage;
  /** Sends one again that failed. */
  retry(client_msg_id: string): void;
  /** Lets go of one that has not been sent. */
  discard(client_msg_id: string): void;

  /** Changes a message of one's own. */
  edit(id: string, body: EditBody): Promise<ChatMessage>;
  /** For all it leaves a tombstone; for oneself it is hidden. */
  delete(id: string, options?: { for?: 'all' | 'me' }): Promise<void>;
  /** Reacts with an emoji, or any text of up to 64 characters. */
  react(id: string, key: string): Promise<void>;
  /** Takes one's reaction back. */
  unreact(id: string, key: string): Promise<void>;
  /** Pins a message in the room. */
  pin(id: string): Promise<ChatMessage>;
  /** Takes the pin of a message away. */
  unpin(id: string): Promise<void>;

  /** Mutes, hides or pins the room for oneself. */
  settings(body: OwnSideBody): Promise<RoomMe>;
  /** Has read up to this place, or all there is. It is told within moments, and again after a break. */
  markRead(seq?: number): void;
  /** Unread again, from this place on. */
  markUnread(seq: number): Promise<void>;
  /** Call it with every key that is pressed; it is told every few seconds. */
  setTyping(on: boolean): void;

  /**
   * Loads the page before what is shown.
   * @returns whether there is more before that
   */
  loadOlder(): Promise<boolean>;
  /**
   * Loads the page behind what is shown.
   * @returns whether there is more after that
   */
  loadNewer(): Promise<boolean>;
  /** Shows the messages around a place. */
  jumpTo(place: number | 'unread' | 'latest'): Promise<void>;
  /** The thread of a message: the same object until it is closed. */
  thread(messageId: string): ChatThread;
  /** Everybody in the room. */
  members(signal?: AbortSignal): List<Member>;
}

/** A room as the app has it, and as the engine has it. */
export interface OpenRoom {
  readonly room: ChatRoom;
  readonly feed: Feed;
}

export function roomOf(id: string, host: RoomHost): OpenRoom {
  const feed = feedOf(id, host);
  const { state, threads, kept, update, call, load, taken, markers } = feed;
  const { line, outbox } = host;
  let typedAt = -Infinity;

  const ask = (event: string, data: object): Promise<Told> => line.ask(event, { room_id: id, ...data });

  const setTyping = (on: boolean) => {
    if (on ? now() - typedAt < TYPING_AGAIN_MS : typedAt === -Infinity) return;
    typedAt = on ? now() : -Infinity;
    line.tell(on ? 'typing.start' : 'typing.stop', { room_id: id });
  };

  const jumpTo = async (place: number | 'unread' | 'latest') => {
    const room = kept();
    if (!room || (place === 'latest' && room.loaded && !room.has_newer)) return;
    if (place === 'latest') return load('all', {});
    const seq = place === 'unread' ? (room.me?.last_read_seq ?? 0) + 1 : place;
    const { first_seq, last_seq } = room.room;
    const around_seq = Math.min(Math.max(seq, first_seq), Math.max(first_seq, last_seq));
    if (!room.messages.some((message) => message.seq === around_seq)) await load('all', { around_seq });
  };

  const send = (body: OutgoingBody) => {
    if (kept()?.has_newer) void jumpTo('latest').catch(() => {});
    setTyping(false);
    return outbox.add(id, body);
  };

  const room: ChatRoom = {
    id,
    state,
    get isOpen() {
      return feed.isOpen();
    },
    open: feed.open,
    close: feed.close,
    send,
    retry: outbox.retry,
    discard: outbox.discard,
    edit: async (message_id, body) => taken(await ask('message.edit', { ...body, message_id })),
    delete: (message_id, { for: whom = 'all' } = {}) => ask('message.delete', { message_id, for: whom }),
    react: (message_id, key) => ask('reaction.add', { message_id, key }),
    unreact: (message_id, key) => ask('reaction.remove', { message_id, key }),
    pin: async (of) => taken(await call('PUT', '/messages/{id}/pin', { path: { id: of } })),
    unpin: (of) => call('DELETE', '/messages/{id}/pin', { path: { id: of } }),
    async settings(body) {
      const me = await call('PATCH', '/me', { body });
      update((before) => withMe(before, me));
      return me;
    },
    markRead: (seq = kept()?.room.last_seq ?? 0) => markers.read(seq),
    async markUnread(seq) {
      markers.forget();
      const me = await call('POST', '/unread', { body: { seq } });
      update((before) => withMe({ ...before, own_seq: 0 }, me));
    },
    setTyping,
    async loadOlder() {
      const { messages: [first] = [], has_older } = kept() ?? {};
      if (first && has_older) await load('older', { before_seq: first.seq });
      return kept()?.has_older ?? false;
    },
    async loadNewer() {
      const { messages = [], has_newer } = kept() ?? {};
      if (messages.length > 0 && has_newer) await load('newer', { after_seq: messages.at(-1)!.seq });
      return kept()?.has_newer ?? false;
    },
    jumpTo,
    thread(messageId) {
      const open = threads.get(messageId);
      if (open) return open.thread;
      const replies = repliesOf(messageId, feed, send, () => threads.delete(messageId));
      threads.set(messageId, replies);
      return replies.thread;
    },
    members: feed.members,
  };
  return { room, feed };
}

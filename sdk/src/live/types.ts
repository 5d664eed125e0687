import type { ChatError } from '../errors.js';
import type { components } from '../generated/rest.js';
import type { ChatStorage } from './storage.js';

type Schemas = components['schemas'];

export type Room = Omit<Schemas['Room'], 'me' | 'members'>;
export type RoomMe = Schemas['RoomMe'];
export type Member = Schemas['Member'];
export type Message = Schemas['Message'];
export type HiddenMessage = Schemas['HiddenMessage'];
export type Invite = Schemas['Invite'];
export type User = Schemas['User'];
export type Presence = Schemas['Presence'];
export type OwnPresence = Schemas['OwnPresence'];
export type SearchHit = Schemas['SearchHit'];
export type ThreadStanding = Schemas['ThreadStanding'];
export type Mention = Schemas['Mention'];
export type Attachment = Schemas['Attachment'];
export type CreateRoomBody = Omit<Schemas['CreateRoom'], 'members'> & { members?: (string | Schemas['MemberInput'])[] };
export type EditBody = Schemas['EditMessage'];
export type OwnSideBody = Schemas['UpdateOwnSide'];

/** One event, as sockets and answers of a resume carry it. Without `epoch` and `rev` it is ephemeral. */
export interface Envelope<T = any> {
  id: string;
  type: string;
  stream: string;
  room_id: string | null;
  epoch?: string;
  rev?: number;
  seq?: number;
  occurred_at: string;
  actor: { id: string | null; type: string };
  data: T;
}

/** Up to where a stream is known. `at`, when the last event of it was, makes catching up faster. */
export interface Position {
  epoch: string;
  rev: number;
  at?: string;
}

/**
 * A value that changes: `get` answers the same object until something of it has changed, so it fits React's
 * `useSyncExternalStore`. What it holds is never changed in place.
 */
export interface Store<T> {
  get(): T;
  /** @returns what ends it */
  subscribe(listener: () => void): () => void;
}

export interface ChatClientOptions {
  /** Where ChatAPI is, such as `https://chat.example.com`. */
  url: string;
  /** A user's key, or what fetches a fresh one: it is asked at the start, before the key expires and when it is refused. */
  key: string | (() => Promise<string>);
  /** Where positions, the outbox and what is shown at once after a restart are kept; memory unless told. */
  storage?: ChatStorage;
  /** In place of the global `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** How many messages of a room are held at most; 400 unless told. What is dropped is loaded again when it is scrolled to. */
  window?: number;
  /** How many rooms are kept in {@link ChatClient.rooms} at most; 1,000 unless told. */
  max_rooms?: number;
  /** How long the server may take for an answer before the line is looked at; 10,000 ms unless told. */
  timeout_ms?: number;
  /** The first wait before coming back, doubled each time up to 30 s; 500 ms unless told. */
  backoff_ms?: number;
}

export type ConnectionStatus = 'idle' | 'connecting' | 'online' | 'offline' | 'closed';

export interface Connection {
  status: ConnectionStatus;
  /** Milliseconds since 1970: since when it is so. */
  since: number;
  /** Why it is not online. */
  error?: ChatError;
  /** What was missed is being fetched. */
  catching_up: boolean;
}

/** A message as it is shown: `sending` and `failed` ones of the outbox come after those that are there for everybody. */
export interface ChatMessage extends Omit<Message, 'deduplicated'> {
  status: 'sent' | 'sending' | 'failed';
  /** Why it failed. */
  error?: ChatError;
  /** Hidden from this user: a message of somebody blocked, or deleted for oneself. It has no content. */
  hidden?: boolean;
}

/** What the caller says of a new message. */
export interface OutgoingBody {
  content?: string;
  content_type?: Message['content_type'];
  /** The message that this one replies to. */
  reply_to?: string;
  /** The message whose thread this one belongs to: a reply to it, unless `reply_to` names another of the thread. */
  thread_id?: string;
  /** A message, a copy of which goes along. */
  quoted_message_id?: string;
  mentions?: Mention[];
  attachments?: Attachment[];
  metadata?: Record<string, unknown>;
  silent?: boolean;
}

/** One that was put into the outbox. */
export interface OutgoingMessage {
  client_msg_id: string;
  /** Settles when the message is there for everybody; fails with a {@link ChatError} when it was refused for good. */
  sent: Promise<ChatMessage>;
}

export interface ReadMarkers {
  delivered_seq: number;
  read_seq: number;
}

export interface RoomState {
  /** Null until it is loaded. */
  room: Room | null;
  /** The user's own side; null for who is no member. */
  me: RoomMe | null;
  /** Ascending by `seq`, then the outbox. */
  messages: ChatMessage[];
  has_older: boolean;
  /** The window does not reach the newest message: `loadNewer` or `jumpTo('latest')`. */
  has_newer: boolean;
  loading: boolean;
  /** Who types, without this user. */
  typing: string[];
  /** By user, in rooms of up to 100 members. */
  receipts: ReadonlyMap<string, ReadMarkers>;
  unread: number;
  mentions: number;
  /** The first 100; all by {@link ChatRoom.members}. */
  members: Member[];
  error?: ChatError;
}

export interface RoomSummary {
  room: Room;
  me: RoomMe | null;
  last_message: ChatMessage | null;
  unread: number;
  mentions: number;
  /** A few of them. */
  members?: Member[];
}

export interface ThreadState {
  /** The message that the thread is about; null until it is loaded. */
  parent: ChatMessage | null;
  messages: ChatMessage[];
  has_older: boolean;
  loading: boolean;
  /** Whether this user follows it, and what of it is unread. */
  standing: ThreadStanding | null;
  error?: ChatError;
}

export interface UnreadTotals {
  total_unread: number;
  total_mentions: number;
}

export interface NotificationItem {
  notification_id: string;
  delivery_id: string;
  title: string | null;
  body: string | null;
  data: Record<string, unknown> | null;
  occurred_at: string;
}

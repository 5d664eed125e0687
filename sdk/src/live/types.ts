import type { ChatError } from '../errors.js';
import type { components } from '../generated/rest.js';
import type { ChatStorage } from './storage.js';

/** Every schema of the API's document by its name. */
type Schemas = components['schemas'];

/** A room, without what depends on who looks. */
export type Room = Omit<Schemas['Room'], 'me' | 'members'>;
/** A user's own side of a room: role, markers, settings. */
export type RoomMe = Schemas['RoomMe'];
/** Somebody's membership in a room. */
export type Member = Schemas['Member'];
/** A message; deleted ones are tombstones with `deleted_at`. */
export type Message = Schemas['Message'];
/** A stub in the place of a message that is hidden from the user. */
export type HiddenMessage = Schemas['HiddenMessage'];
/** An invitation to a room. */
export type Invite = Schemas['Invite'];
/** A user, with what the caller may see of it. */
export type User = Schemas['User'];
/** Whether somebody is there. */
export type Presence = Schemas['Presence'];
/** One's own presence. */
export type OwnPresence = Schemas['OwnPresence'];
/** A message that was found, and where its words are. */
export type SearchHit = Schemas['SearchHit'];
/** How a user stands to a thread: whether it follows it, and what is unread. */
export type ThreadStanding = Schemas['ThreadStanding'];
/** Somebody, or everybody in the room, who is mentioned. */
export type Mention = Schemas['Mention'];
/** What goes along with a message: a file, a picture, a preview of a link. */
export type Attachment = Schemas['Attachment'];
/** What a new room is made with. */
export type CreateRoomBody = Schemas['CreateRoom'];
/** What an edit changes. */
export type EditBody = Schemas['EditMessage'];
/** The settings that a user has of a room. */
export type OwnSideBody = Schemas['UpdateOwnSide'];

/**
 * What came over the wire. It is what the API's documents say; who takes it says what that is.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type Told = any;

/** One event, as sockets and answers of a resume carry it. Without `epoch` and `rev` it is ephemeral. */
export interface Envelope<T = Told> {
  /** The id of the event. */
  id: string;
  /** What happened, such as `message.created`. */
  type: string;
  /** `room:<id>`, `user:<user_id>` or `client`. */
  stream: string;
  /** The room that it is about, if it is about one. */
  room_id: string | null;
  /** Another one than before: history was rewound. */
  epoch?: string;
  /** Its gapless place in the stream. */
  rev?: number;
  /** Of a message's events: its place in the room. */
  seq?: number;
  /** When it happened. */
  occurred_at: string;
  /** Who did it. */
  actor: { id: string | null; type: string };
  /** What it is about, by its type. */
  data: T;
}

/** Up to where a stream is known. `at`, when the last event of it was, makes catching up faster. */
export interface Position {
  /** The history that `rev` counts in. */
  epoch: string;
  /** The last event that is known. */
  rev: number;
  at?: string;
}

/**
 * A value that changes: `get` answers the same object until something of it has changed, so it fits React's
 * `useSyncExternalStore`. What it holds is never changed in place.
 */
export interface Store<T> {
  /** The value as it is now. */
  get(): T;
  /**
   * Tells when it is another.
   * @returns what ends it
   */
  subscribe(listener: () => void): () => void;
}

/** How a {@link ChatClient} reaches the service, and what it keeps. */
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

/** `idle` before the first `connect` and after `disconnect`; `offline` between two tries; `closed` for good. */
export type ConnectionStatus = 'idle' | 'connecting' | 'online' | 'offline' | 'closed';

/** How the line to the service is. */
export interface Connection {
  /** What the line is doing. */
  status: ConnectionStatus;
  /** Milliseconds since 1970: since when it is so. */
  since: number;
  /** Why it is not online. */
  error?: ChatError;
  /** What was missed is being fetched. */
  catching_up: boolean;
}

/** A message as it is shown: `sending` and `failed` ones of the outbox come after those that are there for everybody. */
export interface ChatMessage extends Omit<Message, 'deduplicated' | 'created_at' | 'updated_at'> {
  /** `sent` once it is there for everybody. */
  status: 'sent' | 'sending' | 'failed';
  /** Why it failed. */
  error?: ChatError;
  /** Hidden from this user: a message of somebody blocked, or deleted for oneself. It has no content. */
  hidden?: boolean;
  /** When it was sent; null for a hidden one that was hidden already when it was loaded. */
  created_at: string | null;
  /** When it was changed last; null for a hidden one. */
  updated_at: string | null;
}

/** What the caller says of a new message. */
export interface OutgoingBody {
  /** The text; may be left out beside attachments. */
  content?: string;
  /** `text` unless told. */
  content_type?: Message['content_type'];
  /** The message that this one replies to. */
  reply_to?: string;
  /** The message whose thread this one belongs to: a reply to it, unless `reply_to` names another of the thread. */
  thread_id?: string;
  /** A message, a copy of which goes along. */
  quoted_message_id?: string;
  /** Who is mentioned. */
  mentions?: Mention[];
  /** What goes along. */
  attachments?: Attachment[];
  /** What the app adds of its own. */
  metadata?: Record<string, unknown>;
  /** Moves no badge and pushes nothing. */
  silent?: boolean;
}

/** One that was put into the outbox. */
export interface OutgoingMessage {
  /** Its own id, by which it is tried again or dropped. */
  client_msg_id: string;
  /** Settles when the message is there for everybody; fails with a {@link ChatError} when it was refused for good. */
  sent: Promise<ChatMessage>;
}

/** Up to where somebody has a room. */
export interface ReadMarkers {
  /** Has got everything up to this message. */
  delivered_seq: number;
  /** Has read everything up to this message. */
  read_seq: number;
}

/** What is to be shown of a room. */
export interface RoomState {
  /** Null until it is loaded. */
  room: Room | null;
  /** The user's own side; null for who is no member. */
  me: RoomMe | null;
  /** Ascending by `seq`, then the outbox. */
  messages: ChatMessage[];
  /** There are messages before those of `messages`. */
  has_older: boolean;
  /** The window does not reach the newest message: `loadNewer` or `jumpTo('latest')`. */
  has_newer: boolean;
  /** Something is being loaded. */
  loading: boolean;
  /** Who types, without this user. */
  typing: string[];
  /** By user, in rooms of up to 100 members. */
  receipts: ReadonlyMap<string, ReadMarkers>;
  /** How many messages are unread. */
  unread: number;
  /** How many of them mention the user. */
  mentions: number;
  /** The first 100; all by {@link ChatRoom.members}. */
  members: Member[];
  /** Why the last loading failed; `not_found` when the user is in the room no longer, or it was deleted. */
  error?: ChatError;
}

/** A room as a list of rooms shows it. */
export interface RoomSummary {
  /** The room itself. */
  room: Room;
  /** The user's own side; null for who is no member. */
  me: RoomMe | null;
  /** The newest message; null where there is none. */
  last_message: ChatMessage | null;
  /** How many messages are unread. */
  unread: number;
  /** How many of them mention the user. */
  mentions: number;
  /** A few of them. */
  members?: Member[];
}

/** What is to be shown of a thread. */
export interface ThreadState {
  /** The message that the thread is about; null until it is loaded. */
  parent: ChatMessage | null;
  /** Its replies, ascending by `seq`, then those of the outbox. */
  messages: ChatMessage[];
  /** There are replies before those of `messages`. */
  has_older: boolean;
  /** Something is being loaded. */
  loading: boolean;
  /** Whether this user follows it, and what of it is unread. */
  standing: ThreadStanding | null;
  /** Why the last loading failed. */
  error?: ChatError;
}

/** What is unread over all rooms. */
export interface UnreadTotals {
  /** Messages. */
  total_unread: number;
  /** Mentions. */
  total_mentions: number;
}

/** A notification that came over the socket. */
export interface NotificationItem {
  /** The notification. */
  notification_id: string;
  /** Its delivery to this user. */
  delivery_id: string;
  /** Its title. */
  title: string | null;
  /** Its text. */
  body: string | null;
  /** What the app makes of it. */
  data: Record<string, unknown> | null;
  /** When it was sent. */
  occurred_at: string;
}

/** Where a search looks, beside its words. */
export interface SearchQuery {
  /** 2 to 256 characters: words by their beginning, in any case. */
  q: string;
  /** In this room only. */
  room_id?: string;
  /** Messages of this user only. */
  sender_id?: string;
  /** From this time on, RFC 3339. */
  from?: string;
  /** Messages until this time. */
  to?: string;
  /** Messages of this type only. */
  content_type?: string;
  /** Messages with an attachment or a mention only. */
  has?: 'attachment' | 'mention';
}

/**
 * Every event type and what its `data` holds. Each room adds its own by declaration merging:
 *
 *     declare module './catalogue.js' {
 *       interface EventCatalogue { 'message.created': Message }
 *     }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface EventCatalogue {
  /** Where streams stand, for those who may have missed something. */
  'sync.heads': {
    rooms: { room_id: string; epoch: string; rev: number; last_seq: number }[];
    /** On the user's stream: where that stands. */
    user?: { epoch: string; rev: number };
  };
}

/** What belongs to the connection: sent bare, without an envelope. */
export interface SessionCatalogue {
  'session.ready': {
    session_id: string;
    /** null: a master key that acts for nobody. */
    user_id: string | null;
    server_time: string;
    heartbeat_ms: number;
    user: { epoch: string; rev: number } | null;
    /** The most recent rooms' positions. */
    rooms: { room_id: string; epoch: string; rev: number }[];
    /** There are more rooms than these. */
    rooms_truncated: boolean;
  };
  'session.expiring': { expires_at: string };
  'session.draining': { reconnect_after_ms: number };
}

export type EventType = keyof EventCatalogue;

export type StreamType = 'room' | 'user' | 'client';

/** A stream, by the id of the room, user (`user_pk`) or client it belongs to. */
export interface StreamRef {
  type: StreamType;
  id: string;
}

export interface Actor {
  /** The client's own user id; null when the client or the system acted. */
  id: string | null;
  type: 'user' | 'client' | 'system' | 'bot';
}

/**
 * One event as everybody sees it: on sockets, in sync answers, in outbound webhooks. Ephemeral events
 * (typing, presence, receipts, unread, heads) have no `rev`. Nothing in it depends on who reads it.
 */
export interface Envelope<T extends EventType = EventType> {
  id: string;
  type: T;
  v: number;
  client_id: string;
  /** `room:<id>`, `user:<user_id>` or `client` */
  stream: string;
  room_id: string | null;
  epoch?: string;
  rev?: number;
  seq?: number;
  /** RFC 3339, UTC, milliseconds */
  occurred_at: string;
  actor: Actor;
  data: EventCatalogue[T];
}

/** An envelope and the stream whose readers get it. */
export interface Outgoing {
  stream: StreamRef;
  envelope: Envelope;
}

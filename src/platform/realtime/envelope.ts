import { newId, type UserId, type UserPk } from '../common/ids.js';

export type StreamType = 'room' | 'user' | 'client';

/** A stream, by the id of the room, user (`user_pk`) or client it belongs to. */
export type StreamRef = { type: 'room' | 'client'; id: string } | { type: 'user'; id: UserPk };

/** A stream by its id, and by what its name on the wire is made of. */
export type NamedStream =
  { type: 'room'; id: string } | { type: 'user'; id: UserPk; user_id: UserId } | { type: 'client'; id: string };

/** Who did what an event tells of. `bot`: a user that is a program; `system`: ChatAPI itself. */
export type ActorType = 'user' | 'client' | 'system' | 'bot';

export interface Actor {
  /** null when the client or the system acted. */
  id: UserId | null;
  type: ActorType;
}

/**
 * One event as everybody sees it: on sockets, in sync answers, in outbound webhooks. Ephemeral events
 * (typing, presence, receipts, unread, heads) have no `epoch` and no `rev`. Nothing in it depends on who reads it.
 */
export interface Envelope<Body = unknown> {
  id: string;
  type: string;
  /** The version of the body's shape. */
  v: number;
  client_id: string;
  /** `room:<id>`, `user:<user_id>` or `client` */
  stream: string;
  room_id: string | null;
  epoch: string | undefined;
  rev: number | undefined;
  /** Of a message's creation: its place in the room. */
  seq: number | undefined;
  /** RFC 3339, UTC, milliseconds */
  occurred_at: string;
  actor: Actor;
  data: Body;
}

/** What is to be said of one event, whatever its kind. Ids and times that are left out are made now. */
export interface EventFacts<Body = unknown, Stream extends NamedStream = NamedStream> {
  id?: string;
  client_id: string;
  stream: Stream;
  /** The room it concerns; left out, the room whose stream it is. */
  room_id?: string | null;
  epoch?: string;
  rev?: number;
  seq?: number | undefined;
  /** RFC 3339, UTC, milliseconds; the database's time, where the event has one there. */
  occurred_at?: string;
  actor: Actor;
  data: Body;
}

/**
 * Builds the envelope of every event, durable or ephemeral, live or read from the log. One object literal with all its
 * fields, because sends go through here: what is undefined is left out of the JSON.
 */
export function envelopeOf<Body>(event: { type: string; v: number }, facts: EventFacts<Body>): Envelope<Body> {
  const { stream } = facts;
  return {
    id: facts.id ?? newId(),
    type: event.type,
    v: event.v,
    client_id: facts.client_id,
    stream: nameOf(stream),
    room_id: facts.room_id ?? (stream.type === 'room' ? stream.id : null),
    epoch: facts.epoch,
    rev: facts.rev,
    seq: facts.seq,
    occurred_at: facts.occurred_at ?? new Date().toISOString(),
    actor: facts.actor,
    data: facts.data,
  };
}

function nameOf(stream: NamedStream): string {
  switch (stream.type) {
    case 'room':
      return `room:${stream.id}`;
    case 'user':
      return `user:${stream.user_id}`;
    case 'client':
      return 'client';
  }
}

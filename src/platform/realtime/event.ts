import type { EventFacts, NamedStream, StreamType } from './envelope.js';

/*
 * Events, down: what ChatAPI tells sockets, sync answers and outbound webhooks.
 *
 *   x.events.ts          in a feature's folder declares each of its events with `defineEvent`: type, class of the body,
 *                        stream, audience, durable or ephemeral.
 *   x.module.ts          hands them over: `registerEvents(xEvents)` among its providers. Nothing else knows them.
 *   EventRegistry        has them all once the application stands; documents and catalogues are made from it.
 *   a durable event      is appended with the change that it tells of, `events.append(tx, [newEvent({ event: … })])`,
 *                        and told after the commit, `events.publish(rows)` (src/engine/events).
 *   an ephemeral event   is told and forgotten: `publisher.publish(typingUpdated, { client_id, stream, actor, data })`.
 *   envelopeOf           builds the envelope of both (envelope.ts).
 *   RealtimePublisher    sends it to the channels of its stream and audience, encoded once.
 */

/**
 * Who of a room's or a user's sockets gets an event: `everybody`, or only those whose key has the permission
 * `read_messages` (`readers`).
 */
export type Audience = 'everybody' | 'readers';

/** A DTO class: its field decorators describe the body in documents. */
export type BodyClass<Body extends object> = new () => Body;

interface Described<Body extends object> {
  /** Such as `message.created`. */
  readonly type: string;
  readonly body: BodyClass<Body>;
  /** One whole sentence or more, for documents: when it comes, and what is special about its body. */
  readonly description: string;
  readonly example: Body | undefined;
}

interface Streamed<Body extends object, Stream extends StreamType> extends Described<Body> {
  /** The version of the body's shape, `v` in the envelope. All bodies are in their first. */
  readonly v: 1;
  readonly streams: readonly Stream[];
  readonly audience: Audience;
}

/** Appended to the log, with a gapless `rev` in its stream. */
export interface DurableEvent<
  Body extends object = object,
  Stream extends StreamType = StreamType,
  Hydrated extends boolean = boolean,
> extends Streamed<Body, Stream> {
  readonly durable: true;
  /** Its body, or the rest of it, lives in a table of its own and is filled in by a Hydrator when the event is read. */
  readonly hydrated: Hydrated;
}

/** Told to who listens just then, without `rev`; what is lost is not made good. */
export interface EphemeralEvent<Body extends object = object, Stream extends StreamType = StreamType> extends Streamed<
  Body,
  Stream
> {
  readonly durable: false;
  readonly hydrated: false;
}

export type EventDescriptor = DurableEvent | EphemeralEvent;

/** What belongs to one connection: sent bare, without an envelope. */
export interface SessionEvent<Body extends object = object> extends Described<Body> {
  readonly session: true;
}

interface Definition<Body extends object> {
  type: string;
  body: BodyClass<Body>;
  description: string;
  example?: NoInfer<Body>;
}

interface StreamedDefinition<Body extends object, Stream extends StreamType> extends Definition<Body> {
  /** Whose stream it goes on; a list where it goes now on one, now on another. */
  stream: Stream | readonly Stream[];
  audience: Audience;
}

/**
 * Declares an event that clients receive in an envelope.
 * @throws Error for a type that is no dotted name, and for an audience that its stream doesn't have
 */
export function defineEvent<
  Body extends object,
  const Stream extends StreamType,
  const Hydrated extends boolean = false,
>(
  definition: StreamedDefinition<Body, Stream> & { durable: true; hydrated?: Hydrated },
): DurableEvent<Body, Stream, Hydrated>;
export function defineEvent<Body extends object, const Stream extends StreamType>(
  definition: StreamedDefinition<Body, Stream> & { durable: false },
): EphemeralEvent<Body, Stream>;
export function defineEvent(
  definition: StreamedDefinition<object, StreamType> & { durable: boolean; hydrated?: boolean },
): EventDescriptor {
  const { type, body, stream, audience, durable, hydrated = false, description, example } = definition;
  const streams = typeof stream === 'string' ? [stream] : stream;
  refuseBadType(type);
  if (audience === 'readers' && streams.includes('client')) {
    throw new Error(`event ${type}: the client's stream is heard by its own servers, which have no narrower audience`);
  }
  return Object.freeze({
    type,
    v: 1,
    body,
    streams,
    audience,
    durable,
    hydrated,
    description,
    example,
  }) as EventDescriptor;
}

/** Declares an event that concerns one connection. @throws Error for a type that is no dotted name */
export function defineSessionEvent<Body extends object>(definition: Definition<Body>): SessionEvent<Body> {
  const { type, body, description, example } = definition;
  refuseBadType(type);
  return Object.freeze({ session: true as const, type, body, description, example });
}

function refuseBadType(type: string): void {
  if (!/^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/.test(type))
    throw new Error(`event ${type}: a type is dotted lower case words`);
}

type FactsOf<Body extends object, Stream extends StreamType> = EventFacts<Body, Extract<NamedStream, { type: Stream }>>;

/** What is to be said of a durable event that was committed: all that its row of the log says. */
export type DurableFacts<Body extends object, Stream extends StreamType> = FactsOf<Body, Stream> & {
  id: string;
  epoch: string;
  rev: number;
  occurred_at: string;
};

/** What is to be said of an ephemeral event. It has no place in its stream. */
export type EphemeralFacts<Body extends object, Stream extends StreamType> = FactsOf<Body, Stream> & {
  epoch?: never;
  rev?: never;
  seq?: never;
};

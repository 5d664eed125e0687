import type { ActorType, StreamRef, StreamType } from '../../platform/realtime/envelope.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import type { UserPk } from '../../platform/common/ids.js';

declare const checked: unique symbol;

/** An event to be appended, made by {@link newEvent}. Its `rev` is taken from the stream's row, which stays locked until the commit. */
export interface NewEvent extends Facts<StreamType> {
  readonly [checked]: true;
  event: DurableEvent;
  data?: object | undefined;
}

interface Facts<Stream extends StreamType> {
  client_id: string;
  stream: StreamRef & { type: Stream };
  /** The room it concerns, where the stream is not the room's own. */
  room_id?: string;
  /** The message, member, room, … that it tells of. */
  subject_id?: string;
  actor: { id: UserPk | null; type: ActorType };
  id?: string;
  /** Of the trace that it is a part of, where that is not what runs just now. */
  traceparent?: string | null;
}

/** What a hydrator fills in may be left out; the rest is the body, whole. */
type Data<Body, Hydrated extends boolean> = Hydrated extends true
  ? { data?: Partial<Body> | undefined }
  : { data: Body };

/**
 * Checks an event against its descriptor, at compile time: a stream or a body that is not the event's own does not
 * compile. Costs nothing when it runs.
 */
export const newEvent = <Body extends object, Stream extends StreamType, Hydrated extends boolean>(
  event: { event: DurableEvent<Body, Stream, Hydrated> } & Facts<NoInfer<Stream>> &
    Data<NoInfer<Body>, NoInfer<Hydrated>>,
): NewEvent => event as unknown as NewEvent;

import type { operations } from '../generated/rest.js';
import type { Http } from '../http.js';
import { list, type List } from '../pages.js';
import type { Schemas } from '../types.js';
import { dataOf, init, methods } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** A message as a room shows it: whole, or a stub that is `hidden` from who asks. */
export type RoomMessage = Schemas['Message'] | Schemas['HiddenMessage'];

/** Where to read a room's messages from, and how many at a time. */
export interface Place {
  /** Messages after this one. */
  after_seq?: number;
  /** Messages before this one. */
  before_seq?: number;
  /** So many are asked for at a time (at most 100). */
  limit?: number;
}

/** Messages of rooms. */
export interface Messages {
  /** Sends a message: as the user of `as(userId)`, else as the client. With a `client_msg_id` it exists once, however often it is sent. */
  send(roomId: string, body: Schemas['SendMessage'], options?: CallOptions): Promise<Schemas['Message']>;

  /** One message. */
  get(roomId: string, messageId: string, options?: CallOptions): Promise<Schemas['Message']>;

  /** A room's messages, the oldest first: all of them, or those after `after_seq`. */
  list(roomId: string, place?: Omit<Place, 'before_seq'>, options?: CallOptions): List<RoomMessage>;

  /** A room's messages, the newest first: all of them, or those before `before_seq`. */
  history(roomId: string, place?: Omit<Place, 'after_seq'>, options?: CallOptions): List<RoomMessage>;

  /** Changes some of content, attachments, mentions and metadata. */
  edit(
    roomId: string,
    messageId: string,
    body: Schemas['EditMessage'],
    options?: CallOptions,
  ): Promise<Schemas['Message']>;

  /** Deletes the message for everybody: a tombstone stays in its place. */
  delete(roomId: string, messageId: string, options?: CallOptions): Promise<void>;

  /** Brings a deleted message back. */
  undelete(roomId: string, messageId: string, options?: CallOptions): Promise<Schemas['Message']>;

  /** As a user: reacts with `key`. */
  react(roomId: string, messageId: string, key: string, options?: CallOptions): Promise<Schemas['ReactionSummary'][]>;

  /** As a user: takes the reaction back. */
  unreact(roomId: string, messageId: string, key: string, options?: CallOptions): Promise<void>;

  /** Pins the message in its room. */
  pin(roomId: string, messageId: string, options?: CallOptions): Promise<Schemas['Message']>;

  /** Takes the pin away. */
  unpin(roomId: string, messageId: string, options?: CallOptions): Promise<void>;

  /** Messages with these words, the newest first. */
  search(
    q: string,
    query?: Omit<Query<operations['search_find']>, 'q'>,
    options?: CallOptions,
  ): List<Schemas['SearchHit']>;

  /** Sends a message later. */
  schedule(
    roomId: string,
    body: Schemas['ScheduleMessage'],
    options?: CallOptions,
  ): Promise<Schemas['ScheduledMessage']>;

  /** Cancels a scheduled message. */
  cancelScheduled(id: string, options?: CallOptions): Promise<void>;
}

const simple = methods<Messages>()({
  send: 'POST /rooms/{room_id}/messages +',
  get: 'GET /rooms/{room_id}/messages/{id}',
  edit: 'PATCH /rooms/{room_id}/messages/{id} +',
  delete: 'DELETE /rooms/{room_id}/messages/{id}',
  undelete: 'POST /rooms/{room_id}/messages/{id}/undelete',
  react: 'PUT /rooms/{room_id}/messages/{id}/reactions/{key}',
  unreact: 'DELETE /rooms/{room_id}/messages/{id}/reactions/{key}',
  pin: 'PUT /rooms/{room_id}/messages/{id}/pin',
  unpin: 'DELETE /rooms/{room_id}/messages/{id}/pin',
  search: 'GET /messages/search q*',
  schedule: 'POST /rooms/{room_id}/scheduled-messages +',
  cancelScheduled: 'DELETE /scheduled-messages/{id}',
});

export const messages = (http: Http): Messages => {
  const read = (room_id: string, place: Place, cursor: string | undefined, options: CallOptions | undefined) => {
    const { limit } = place;
    // A cursor holds its place; with the place beside it there would be two.
    const query = cursor === undefined ? place : { cursor, limit };
    const where = { params: { path: { room_id }, query } };
    return dataOf(http.GET('/api/v1/rooms/{room_id}/messages', { ...where, ...init(options) }));
  };
  return {
    ...simple(http),
    list: (roomId, place, options) =>
      list((cursor) => read(roomId, { after_seq: 0, ...place }, cursor, options), options?.signal),
    history: (roomId, place = {}, options) =>
      list(async (cursor) => {
        const { data, page } = await read(roomId, place, cursor, options);
        return { data: data.reverse(), page: { next_cursor: page.prev_cursor, has_more: page.has_more_before } };
      }, options?.signal),
  };
};

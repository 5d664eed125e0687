import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Schemas } from '../types.js';
import { Calls, dataOf, init, listOf, at } from './calls.js';
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
export class Messages extends Calls {
  /** Sends a message: as the user of `as(userId)`, else as the client. With a `client_msg_id` it exists once, however often it is sent. */
  send(roomId: string, body: Schemas['SendMessage'], options?: CallOptions): Promise<Schemas['Message']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/messages', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** One message. */
  get(roomId: string, messageId: string, options?: CallOptions): Promise<Schemas['Message']> {
    return dataOf(
      this.http.GET('/api/v1/rooms/{room_id}/messages/{id}', {
        params: { path: { room_id: roomId, id: messageId } },
        ...init(options),
      }),
    );
  }

  /** A room's messages, the oldest first: all of them, or those after `after_seq`. */
  list(roomId: string, place: Omit<Place, 'before_seq'> = {}, options?: CallOptions): List<RoomMessage> {
    return listOf((cursor, init) => this.page(roomId, { after_seq: 0, ...place }, cursor, init), options);
  }

  /** A room's messages, the newest first: all of them, or those before `before_seq`. */
  history(roomId: string, place: Omit<Place, 'after_seq'> = {}, options?: CallOptions): List<RoomMessage> {
    return listOf(async (cursor, init) => {
      const { data, response } = await this.page(roomId, place, cursor, init);
      const { prev_cursor, has_more_before } = data.page;
      const page = { next_cursor: prev_cursor, has_more: has_more_before };
      return { data: { data: [...data.data].reverse(), page }, response };
    }, options);
  }

  /** Changes some of content, attachments, mentions and metadata. */
  edit(
    roomId: string,
    messageId: string,
    body: Schemas['EditMessage'],
    options?: CallOptions,
  ): Promise<Schemas['Message']> {
    return dataOf(
      this.http.PATCH('/api/v1/rooms/{room_id}/messages/{id}', {
        params: { path: { room_id: roomId, id: messageId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Deletes the message for everybody: a tombstone stays in its place. */
  delete(roomId: string, messageId: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.DELETE('/api/v1/rooms/{room_id}/messages/{id}', {
        params: { path: { room_id: roomId, id: messageId } },
        ...init(options),
      }),
    );
  }

  /** Brings a deleted message back. */
  undelete(roomId: string, messageId: string, options?: CallOptions): Promise<Schemas['Message']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/messages/{id}/undelete', {
        params: { path: { room_id: roomId, id: messageId } },
        ...init(options),
      }),
    );
  }

  /** As a user: reacts with `key`. */
  react(roomId: string, messageId: string, key: string, options?: CallOptions): Promise<Schemas['ReactionSummary'][]> {
    return dataOf(
      this.http.PUT('/api/v1/rooms/{room_id}/messages/{id}/reactions/{key}', {
        params: { path: { room_id: roomId, id: messageId, key } },
        ...init(options),
      }),
    );
  }

  /** As a user: takes the reaction back. */
  unreact(roomId: string, messageId: string, key: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.DELETE('/api/v1/rooms/{room_id}/messages/{id}/reactions/{key}', {
        params: { path: { room_id: roomId, id: messageId, key } },
        ...init(options),
      }),
    );
  }

  /** Pins the message in its room. */
  pin(roomId: string, messageId: string, options?: CallOptions): Promise<Schemas['Message']> {
    return dataOf(
      this.http.PUT('/api/v1/rooms/{room_id}/messages/{id}/pin', {
        params: { path: { room_id: roomId, id: messageId } },
        ...init(options),
      }),
    );
  }

  /** Takes the pin away. */
  unpin(roomId: string, messageId: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.DELETE('/api/v1/rooms/{room_id}/messages/{id}/pin', {
        params: { path: { room_id: roomId, id: messageId } },
        ...init(options),
      }),
    );
  }

  /** Messages with these words, the newest first. */
  search(
    q: string,
    query: Omit<Query<operations['search_find']>, 'q'> = {},
    options?: CallOptions,
  ): List<Schemas['SearchHit']> {
    return listOf(
      (cursor, init) =>
        this.http.GET('/api/v1/messages/search', { params: { query: at({ ...query, q }, cursor) }, ...init }),
      options,
    );
  }

  /** Sends a message later. */
  schedule(
    roomId: string,
    body: Schemas['ScheduleMessage'],
    options?: CallOptions,
  ): Promise<Schemas['ScheduledMessage']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/scheduled-messages', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Cancels a scheduled message. */
  cancelScheduled(id: string, options?: CallOptions): Promise<void> {
    return dataOf(this.http.DELETE('/api/v1/scheduled-messages/{id}', { params: { path: { id } }, ...init(options) }));
  }

  private page(room_id: string, place: Place, cursor: string | undefined, init: { signal?: AbortSignal }) {
    const { limit } = place;
    // A cursor holds its place; with the place beside it there would be two.
    const query = cursor === undefined ? place : { cursor, ...(limit !== undefined && { limit }) };
    return this.http.GET('/api/v1/rooms/{room_id}/messages', { params: { path: { room_id }, query }, ...init });
  }
}

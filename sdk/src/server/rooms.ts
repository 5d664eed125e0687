import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Schemas } from '../types.js';
import { Calls, dataOf, init, listOf, at } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** Rooms and who is in them. */
export class Rooms extends Calls {
  /** Makes a room. Of two people there is one direct room only: asked for again, it comes back. */
  create(body: Schemas['CreateRoom'], options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(this.http.POST('/api/v1/rooms', { body, ...init(options) }));
  }

  /** One room. */
  get(roomId: string, query: Query<operations['rooms_get']> = {}, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.GET('/api/v1/rooms/{room_id}', { params: { path: { room_id: roomId }, query }, ...init(options) }),
    );
  }

  /** The acting user's rooms, most recent activity first; without a user the client's, newest first. */
  list(query: Query<operations['rooms_list']> = {}, options?: CallOptions): List<Schemas['Room']> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/rooms', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** Rooms by filter and order, with their last message. */
  query(body: Omit<Schemas['QueryRooms'], 'cursor'>, options?: CallOptions): List<Schemas['FoundRoom']> {
    return listOf(
      (cursor, init) => this.http.POST('/api/v1/rooms/query', { body: at(body, cursor), ...init }),
      options,
    );
  }

  /** Changes some fields; `metadata` is merged. */
  update(roomId: string, body: Schemas['UpdateRoom'], options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.PATCH('/api/v1/rooms/{room_id}', { params: { path: { room_id: roomId } }, body, ...init(options) }),
    );
  }

  /** Deletes the room. It can be restored for a while. */
  delete(roomId: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.DELETE('/api/v1/rooms/{room_id}', { params: { path: { room_id: roomId } }, ...init(options) }),
    );
  }

  /** Brings a deleted room back. */
  restore(roomId: string, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/restore', { params: { path: { room_id: roomId } }, ...init(options) }),
    );
  }

  /** Nobody but owners, admins and the client may write. */
  freeze(roomId: string, body: Schemas['RoomAction'] = {}, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/freeze', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Everybody may write again. */
  unfreeze(roomId: string, body: Schemas['RoomAction'] = {}, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/unfreeze', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** The room takes no messages until it is activated. */
  deactivate(roomId: string, body: Schemas['RoomAction'] = {}, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/deactivate', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** The room takes messages again. */
  activate(roomId: string, body: Schemas['RoomAction'] = {}, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/activate', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** The room takes no messages and stays readable. */
  archive(roomId: string, body: Schemas['RoomAction'] = {}, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/archive', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** The room is no longer archived. */
  unarchive(roomId: string, body: Schemas['RoomAction'] = {}, options?: CallOptions): Promise<Schemas['Room']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/unarchive', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Who is in the room. */
  members(
    roomId: string,
    query: Query<operations['members_list']> = {},
    options?: CallOptions,
  ): List<Schemas['Member']> {
    return listOf(
      (cursor, init) =>
        this.http.GET('/api/v1/rooms/{room_id}/members', {
          params: { path: { room_id: roomId }, query: at(query, cursor) },
          ...init,
        }),
      options,
    );
  }

  /** Adds a member, or up to 100 `members`, each with its own result. */
  addMembers(roomId: string, body: Schemas['AddMembers'], options?: CallOptions): Promise<Schemas['AddedMembers']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/members', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Gives a member another role. */
  setRole(
    roomId: string,
    userId: string,
    body: Schemas['UpdateMember'],
    options?: CallOptions,
  ): Promise<Schemas['Member']> {
    return dataOf(
      this.http.PATCH('/api/v1/rooms/{room_id}/members/{user_id}', {
        params: { path: { room_id: roomId, user_id: userId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Removes a member. */
  removeMember(roomId: string, userId: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.DELETE('/api/v1/rooms/{room_id}/members/{user_id}', {
        params: { path: { room_id: roomId, user_id: userId } },
        ...init(options),
      }),
    );
  }

  /** Bans a user from the room, for a time or for good. */
  ban(roomId: string, userId: string, body: Schemas['BanMember'] = {}, options?: CallOptions): Promise<Schemas['Ban']> {
    return dataOf(
      this.http.PUT('/api/v1/rooms/{room_id}/members/{user_id}/ban', {
        params: { path: { room_id: roomId, user_id: userId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Lets a banned user come back. */
  unban(roomId: string, userId: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.DELETE('/api/v1/rooms/{room_id}/members/{user_id}/ban', {
        params: { path: { room_id: roomId, user_id: userId } },
        ...init(options),
      }),
    );
  }

  /** Invites a user, or makes a link that lets people in. */
  invite(roomId: string, body: Schemas['CreateInvite'], options?: CallOptions): Promise<Schemas['Invite']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/invites', {
        params: { path: { room_id: roomId } },
        body,
        ...init(options),
      }),
    );
  }

  /** Invitations to the room. */
  invites(
    roomId: string,
    query: Query<operations['invites_list']> = {},
    options?: CallOptions,
  ): List<Schemas['Invite']> {
    return listOf(
      (cursor, init) =>
        this.http.GET('/api/v1/rooms/{room_id}/invites', {
          params: { path: { room_id: roomId }, query: at(query, cursor) },
          ...init,
        }),
      options,
    );
  }

  /** As a user: joins a public room. */
  join(roomId: string, options?: CallOptions): Promise<Schemas['Member']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/join', { params: { path: { room_id: roomId } }, ...init(options) }),
    );
  }

  /** As a user: leaves the room. */
  leave(roomId: string, options?: CallOptions): Promise<void> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/leave', { params: { path: { room_id: roomId } }, ...init(options) }),
    );
  }

  /** As a user: moves the read marker up to a message. */
  read(roomId: string, body: Schemas['MarkRead'], options?: CallOptions): Promise<Schemas['RoomMe']> {
    return dataOf(
      this.http.POST('/api/v1/rooms/{room_id}/read', { params: { path: { room_id: roomId } }, body, ...init(options) }),
    );
  }
}

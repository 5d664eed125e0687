import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Schemas } from '../types.js';
import { methods } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** Rooms and who is in them. */
export interface Rooms {
  /** Makes a room. Of two people there is one direct room only: asked for again, it comes back. */
  create(body: Schemas['CreateRoom'], options?: CallOptions): Promise<Schemas['Room']>;

  /** One room. */
  get(roomId: string, query?: Query<operations['rooms_get']>, options?: CallOptions): Promise<Schemas['Room']>;

  /** The acting user's rooms, most recent activity first; without a user the client's, newest first. */
  list(query?: Query<operations['rooms_list']>, options?: CallOptions): List<Schemas['Room']>;

  /** Rooms by filter and order, with their last message. */
  query(body: Omit<Schemas['QueryRooms'], 'cursor'>, options?: CallOptions): List<Schemas['FoundRoom']>;

  /** Changes some fields; `metadata` is merged. */
  update(roomId: string, body: Schemas['UpdateRoom'], options?: CallOptions): Promise<Schemas['Room']>;

  /** Deletes the room. It can be restored for a while. */
  delete(roomId: string, options?: CallOptions): Promise<void>;

  /** Brings a deleted room back. */
  restore(roomId: string, options?: CallOptions): Promise<Schemas['Room']>;

  /** Nobody but owners, admins and the client may write. */
  freeze(roomId: string, body?: Schemas['RoomAction'], options?: CallOptions): Promise<Schemas['Room']>;

  /** Everybody may write again. */
  unfreeze(roomId: string, body?: Schemas['RoomAction'], options?: CallOptions): Promise<Schemas['Room']>;

  /** The room takes no messages until it is activated. */
  deactivate(roomId: string, body?: Schemas['RoomAction'], options?: CallOptions): Promise<Schemas['Room']>;

  /** The room takes messages again. */
  activate(roomId: string, body?: Schemas['RoomAction'], options?: CallOptions): Promise<Schemas['Room']>;

  /** The room takes no messages and stays readable. */
  archive(roomId: string, body?: Schemas['RoomAction'], options?: CallOptions): Promise<Schemas['Room']>;

  /** The room is no longer archived. */
  unarchive(roomId: string, body?: Schemas['RoomAction'], options?: CallOptions): Promise<Schemas['Room']>;

  /** Who is in the room. */
  members(roomId: string, query?: Query<operations['members_list']>, options?: CallOptions): List<Schemas['Member']>;

  /** Adds a member, or up to 100 `members`, each with its own result. */
  addMembers(roomId: string, body: Schemas['AddMembers'], options?: CallOptions): Promise<Schemas['AddedMembers']>;

  /** Gives a member another role. */
  setRole(
    roomId: string,
    userId: string,
    body: Schemas['UpdateMember'],
    options?: CallOptions,
  ): Promise<Schemas['Member']>;

  /** Removes a member. */
  removeMember(roomId: string, userId: string, options?: CallOptions): Promise<void>;

  /** Bans a user from the room, for a time or for good. */
  ban(roomId: string, userId: string, body?: Schemas['BanMember'], options?: CallOptions): Promise<Schemas['Ban']>;

  /** Lets a banned user come back. */
  unban(roomId: string, userId: string, options?: CallOptions): Promise<void>;

  /** Invites a user, or makes a link that lets people in. */
  invite(roomId: string, body: Schemas['CreateInvite'], options?: CallOptions): Promise<Schemas['Invite']>;

  /** Invitations to the room. */
  invites(roomId: string, query?: Query<operations['invites_list']>, options?: CallOptions): List<Schemas['Invite']>;

  /** As a user: joins a public room. */
  join(roomId: string, options?: CallOptions): Promise<Schemas['Member']>;

  /** As a user: leaves the room. */
  leave(roomId: string, options?: CallOptions): Promise<void>;

  /** As a user: moves the read marker up to a message. */
  read(roomId: string, body: Schemas['Mark'], options?: CallOptions): Promise<Schemas['RoomMe']>;
}

export const rooms = methods<Rooms>()({
  create: 'POST /rooms +',
  get: 'GET /rooms/{room_id} +',
  list: 'GET /rooms *',
  query: 'POST /rooms/query *',
  update: 'PATCH /rooms/{room_id} +',
  delete: 'DELETE /rooms/{room_id}',
  restore: 'POST /rooms/{room_id}/restore',
  freeze: 'POST /rooms/{room_id}/freeze +',
  unfreeze: 'POST /rooms/{room_id}/unfreeze +',
  deactivate: 'POST /rooms/{room_id}/deactivate +',
  activate: 'POST /rooms/{room_id}/activate +',
  archive: 'POST /rooms/{room_id}/archive +',
  unarchive: 'POST /rooms/{room_id}/unarchive +',
  members: 'GET /rooms/{room_id}/members *',
  addMembers: 'POST /rooms/{room_id}/members +',
  setRole: 'PATCH /rooms/{room_id}/members/{user_id} +',
  removeMember: 'DELETE /rooms/{room_id}/members/{user_id}',
  ban: 'PUT /rooms/{room_id}/members/{user_id}/ban +',
  unban: 'DELETE /rooms/{room_id}/members/{user_id}/ban',
  invite: 'POST /rooms/{room_id}/invites +',
  invites: 'GET /rooms/{room_id}/invites *',
  join: 'POST /rooms/{room_id}/join',
  leave: 'POST /rooms/{room_id}/leave',
  read: 'POST /rooms/{room_id}/read +',
});

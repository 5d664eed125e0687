import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { notFound } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { channels, HEARTBEAT_MS, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { SyncRepository, type RoomHead } from '../../messaging/sync/sync.repository.js';
import type { SessionPositions } from '../../messaging/sync/sync.dto.js';
import { SyncService } from '../../messaging/sync/sync.service.js';
import { sessionReady } from './gateway.events.js';
import { connectionsOf, ownChannels, roomChannel, roomsOf, sessionOf, type Connection } from './session.js';
import type { UserPk } from '../../platform/common/ids.js';

const USERS_PER_QUERY = 500;

/**
 * Which connection listens to what. A membership read and a change of it can cross: so the own channels come first (by
 * which the change itself reaches the connection), then what was read is joined, then it is read again and what is
 * gone is left.
 */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly sync: SyncService,
    private readonly repository: SyncRepository,
  ) {}

  /** Subscribes a new connection and tells it where everything stands. */
  async open(socket: Connection): Promise<void> {
    const { caller } = sessionOf(socket);
    void socket.join(ownChannels(caller));
    const joined = caller.user ? await this.repository.findRoomIds(caller.clientId, caller.user.user_pk) : [];
    this.join(socket, joined);
    const positions = await this.positionsOf(socket, caller);
    this.leaveGone(
      socket,
      joined,
      positions.rooms.map(({ room_id }) => room_id),
    );
    this.publisher.tell(socket, sessionReady, {
      session_id: socket.id,
      user_id: caller.user?.user_id ?? null,
      server_time: positions.server_time,
      heartbeat_ms: HEARTBEAT_MS,
      user: positions.user,
      rooms: positions.rooms.slice(0, limits.resume_rooms),
      rooms_truncated: positions.rooms.length > limits.resume_rooms,
    });
  }

  /** Positions of rooms that were joined before their positions were read. */
  private async positionsOf(socket: Connection, caller: Caller): Promise<SessionPositions> {
    for (let tries = 1; ; tries++) {
      const positions = await this.sync.session(caller);
      const missing = positions.rooms.flatMap(({ room_id }) =>
        socket.rooms.has(roomChannel(caller, room_id)) ? [] : room_id,
      );
      if (missing.length === 0 || tries === 3 || !socket.connected) return positions;
      this.join(socket, missing);
    }
  }

  /** @throws Problem `not_found` for a room that isn't the caller's */
  async subscribe(socket: Connection, caller: Caller, roomId: string): Promise<RoomHead> {
    await this.getHead(caller, roomId);
    this.join(socket, [roomId]);
    try {
      const head = await this.getHead(caller, roomId);
      sessionOf(socket).left?.delete(roomId);
      return head;
    } catch (error) {
      this.leave(socket, roomId);
      throw error;
    }
  }

  /** For this socket only; the membership stays. */
  unsubscribe(socket: Connection, roomId: string): void {
    // Only of rooms that it listens to, so that nobody can make this set grow.
    if (socket.rooms.has(roomChannel(sessionOf(socket).caller, roomId))) {
      (sessionOf(socket).left ??= new Set()).add(roomId);
    }
    this.leave(socket, roomId);
  }

  /** Moves a connection to the channels of its new caller, after its key was exchanged. */
  exchange(socket: Connection, before: Caller, after: Caller): void {
    const rooms = [...roomsOf(socket)];
    void socket.join([...ownChannels(after), ...rooms.map((id) => roomChannel(after, id))]);
    const kept = new Set([...ownChannels(after), ...rooms.map((id) => roomChannel(after, id))]);
    for (const channel of [...ownChannels(before), ...rooms.map((id) => roomChannel(before, id))]) {
      if (!kept.has(channel)) void socket.leave(channel);
    }
  }

  /** Reads the memberships of everybody who is connected here, after changes on other nodes may have been missed. */
  async reconcile(): Promise<void> {
    const byUser = new Map<UserPk, { client_id: string; user_pk: UserPk; sockets: Connection[] }>();
    for (const socket of connectionsOf(this.publisher.server).values()) {
      const { user, clientId } = sessionOf(socket).caller;
      if (!user) continue;
      const known = byUser.get(user.user_pk);
      if (known) known.sockets.push(socket);
      else byUser.set(user.user_pk, { client_id: clientId, user_pk: user.user_pk, sockets: [socket] });
    }
    const users = [...byUser.values()];
    for (let at = 0; at < users.length; at += USERS_PER_QUERY) await this.align(users.slice(at, at + USERS_PER_QUERY));
  }

  private async align(users: { client_id: string; user_pk: UserPk; sockets: Connection[] }[]): Promise<void> {
    const held = new Map(users.flatMap(({ sockets }) => sockets.map((socket) => [socket, [...roomsOf(socket)]])));
    const before = await this.repository.findRoomIdsOfMany(users);
    for (const { user_pk, sockets } of users) {
      const roomIds = before.get(user_pk)!;
      for (const socket of sockets) {
        const { left } = sessionOf(socket);
        this.join(
          socket,
          roomIds.filter((id) => !left?.has(id)),
        );
      }
    }
    const after = await this.repository.findRoomIdsOfMany(users);
    for (const { user_pk, sockets } of users) {
      const candidates = before.get(user_pk)!;
      for (const socket of sockets) {
        this.leaveGone(socket, [...candidates, ...(held.get(socket) ?? [])], after.get(user_pk)!);
      }
    }
  }

  private join(socket: Connection, roomIds: string[]): void {
    const { caller } = sessionOf(socket);
    void socket.join(roomIds.map((id) => roomChannel(caller, id)));
  }

  /** Rooms gained while the members were read are none of the candidates, so they stay. */
  private leaveGone(socket: Connection, candidates: string[], roomIds: string[]): void {
    const kept = new Set(roomIds);
    for (const id of candidates) if (!kept.has(id)) this.leave(socket, id);
  }

  private leave(socket: Connection, roomId: string): void {
    void socket.leave(channels.room(roomId));
    void socket.leave(channels.roomWithoutMessages(roomId));
  }

  private async getHead(caller: Caller, roomId: string): Promise<RoomHead> {
    const heads = await this.repository.findHeads(caller.clientId, caller.user?.user_pk ?? null, [roomId]);
    const head = heads.get(roomId);
    if (!head) throw notFound('room');
    return head;
  }
}

import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { Cluster } from '../../platform/realtime/cluster.js';
import { HEARTBEAT_MS } from '../../platform/realtime/connection.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { MembershipChange } from '../../messaging/sync/membership-changes.repository.js';
import { SyncRepository, type RoomHead } from '../../messaging/sync/sync.repository.js';
import type { SessionPositions } from '../../messaging/sync/sync.dto.js';
import { SyncService } from '../../messaging/sync/sync.service.js';
import type { UserPk } from '../../platform/common/ids.js';
import { sessionReady } from './gateway.events.js';
import { MembershipWatch, type MembershipFollower } from './membership-watch.js';
import { ownChannels, roomChannel, roomsOf, Sessions, type Session } from './session.js';

const USERS_PER_QUERY = 500;
/** How often positions are read again because of rooms gained while they were read. */
const MAX_TRIES = 20;

/**
 * Which connection listens to what, and that other nodes are heard on it before positions are read. A membership read and a change of it can cross: so the own channels come first (by
 * which the change itself reaches the connection), then what was read is joined, then it is read again and what is
 * gone is left.
 */
@Injectable()
export class Subscriptions implements MembershipFollower {
  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly sessions: Sessions,
    private readonly sync: SyncService,
    private readonly repository: SyncRepository,
    private readonly watch: MembershipWatch,
    private readonly cluster: Cluster,
  ) {
    watch.register(this);
  }

  /** Subscribes a new connection and tells it where everything stands. */
  async open(session: Session): Promise<void> {
    const { caller } = session;
    await this.watch.begin();
    session.join(ownChannels(caller));
    const joined = caller.user ? await this.repository.findRoomIds(caller.clientId, caller.user.user_pk) : [];
    this.join(session, joined);
    const positions = await this.positionsOf(session, joined);
    this.leaveGone(
      session,
      joined,
      positions.rooms.map(({ room_id }) => room_id),
    );
    this.publisher.tell(session, sessionReady, {
      session_id: session.id,
      user_id: caller.user?.user_id ?? null,
      server_time: positions.server_time,
      heartbeat_ms: HEARTBEAT_MS,
      user: positions.user,
      rooms: positions.rooms.slice(0, limits.resume_rooms),
      rooms_truncated: positions.rooms.length > limits.resume_rooms,
    });
  }

  /**
   * Positions of rooms that were joined before their positions were read.
   * @param joined what was joined by what was read; rooms gained meanwhile are added
   * @throws Problem `unavailable` when memberships come faster than they can be read
   */
  private async positionsOf(session: Session, joined: string[]): Promise<SessionPositions> {
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      await this.cluster.listening();
      const positions = await this.sync.session(session.caller);
      const missing = positions.rooms.flatMap(({ room_id }) =>
        session.listensTo(roomChannel(session.caller, room_id)) || session.left?.has(room_id) ? [] : room_id,
      );
      if (missing.length === 0 || !session.isOpen) return positions;
      this.join(session, missing);
      joined.push(...missing);
    }
    throw new Problem('unavailable', 'Too many memberships come just now. Connect again.');
  }

  /** @throws Problem `not_found` for a room that isn't the caller's */
  async subscribe(session: Session, caller: Caller, roomId: string): Promise<RoomHead> {
    await this.getHead(caller, roomId);
    this.join(session, [roomId]);
    try {
      await this.cluster.listening();
      const head = await this.getHead(caller, roomId);
      session.left?.delete(roomId);
      return head;
    } catch (error) {
      this.leave(session, roomId);
      throw error;
    }
  }

  /** For this connection only; the membership stays. */
  unsubscribe(session: Session, roomId: string): void {
    // Only of rooms that it listens to, so that nobody can make this set grow.
    if (session.listensTo(roomChannel(session.caller, roomId))) (session.left ??= new Set()).add(roomId);
    this.leave(session, roomId);
  }

  /** Moves a connection to the channels of its new caller, after its key was exchanged. */
  exchange(session: Session, after: Caller): void {
    const before = session.caller;
    const rooms = [...roomsOf(session)];
    session.join([...ownChannels(after), ...rooms.map((id) => roomChannel(after, id))]);
    const kept = new Set([...ownChannels(after), ...rooms.map((id) => roomChannel(after, id))]);
    for (const channel of [...ownChannels(before), ...rooms.map((id) => roomChannel(before, id))]) {
      if (!kept.has(channel)) session.leave(channel);
    }
  }

  follow(changes: MembershipChange[]): void {
    for (const { room_id, user_pk, active } of changes) {
      for (const session of this.sessions.on(channels.user(user_pk))) {
        if (!active) this.leave(session, room_id);
        else if (!session.left?.has(room_id)) this.joinAtOnce(session, [room_id]);
      }
    }
  }

  /** Reads the memberships of everybody who is connected here. */
  async reconcile(): Promise<void> {
    const byUser = new Map<UserPk, { client_id: string; user_pk: UserPk; sessions: Session[] }>();
    for (const session of this.sessions.all()) {
      const { user, clientId } = session.caller;
      if (!user) continue;
      const known = byUser.get(user.user_pk);
      if (known) known.sessions.push(session);
      else byUser.set(user.user_pk, { client_id: clientId, user_pk: user.user_pk, sessions: [session] });
    }
    const users = [...byUser.values()];
    for (let at = 0; at < users.length; at += USERS_PER_QUERY) await this.align(users.slice(at, at + USERS_PER_QUERY));
  }

  private async align(users: { client_id: string; user_pk: UserPk; sessions: Session[] }[]): Promise<void> {
    const held = new Map(users.flatMap(({ sessions }) => sessions.map((session) => [session, [...roomsOf(session)]])));
    const before = await this.repository.findRoomIdsOfMany(users);
    for (const { user_pk, sessions } of users) {
      const roomIds = before.get(user_pk)!;
      for (const session of sessions) {
        const { left } = session;
        this.joinAtOnce(
          session,
          roomIds.filter((id) => !left?.has(id)),
        );
      }
    }
    const after = await this.repository.findRoomIdsOfMany(users);
    for (const { user_pk, sessions } of users) {
      const candidates = before.get(user_pk)!;
      for (const session of sessions) {
        this.leaveGone(session, [...candidates, ...(held.get(session) ?? [])], after.get(user_pk)!);
      }
    }
  }

  private join(session: Session, roomIds: string[]): void {
    const { caller } = session;
    session.join(roomIds.map((id) => roomChannel(caller, id)));
  }

  /** Without a wait for other nodes to be heard there: what they tell meanwhile is told of by heads. */
  private joinAtOnce(session: Session, roomIds: string[]): void {
    this.join(session, roomIds);
    this.cluster.joined(roomIds.map(channels.room));
  }

  /** Rooms gained while the members were read are none of the candidates, so they stay. */
  private leaveGone(session: Session, candidates: string[], roomIds: string[]): void {
    const kept = new Set(roomIds);
    for (const id of candidates) if (!kept.has(id)) this.leave(session, id);
  }

  private leave(session: Session, roomId: string): void {
    session.leave(channels.room(roomId));
    session.leave(channels.roomWithoutMessages(roomId));
  }

  private async getHead(caller: Caller, roomId: string): Promise<RoomHead> {
    const reader = { user_pk: caller.user?.user_pk ?? null, room_ids: [roomId] };
    const [heads] = await this.repository.findHeads(caller.clientId, [reader]);
    const head = heads!.get(roomId);
    if (!head) throw notFound('room');
    return head;
  }
}

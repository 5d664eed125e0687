import { Injectable } from '@nestjs/common';
import type { UserId } from '../../platform/common/ids.js';
import { decodeIdCursor, encodeCursor, wholePage, type Page } from '../../platform/common/pagination.js';
import { Config } from '../../platform/config/config.js';
import { limits } from '../../platform/config/limits.js';
import type { Connection } from '../../platform/realtime/connection.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { PresenceAudience, presentOf } from './presence.audience.js';
import type {
  GetPresenceDto,
  OwnPresenceDto,
  PresenceDto,
  PresencesDto,
  SetPresenceDto,
  SubscribePresenceDto,
} from './presence.dto.js';
import { PresenceLeases } from './presence.leases.js';
import { PresenceReader } from './presence.reader.js';
import { PresenceRepository, type People, type PresenceRow } from './presence.repository.js';
import { PresenceWatch } from './presence.watch.js';

/** People who are looked at for one page of those who are there, and in how many steps. */
const STEP = 500;
const STEPS = 20;

/** What users show of their presence, and who sees whose: people who share a room, and the client itself everybody. */
@Injectable()
export class PresenceService {
  constructor(
    private readonly repository: PresenceRepository,
    private readonly audience: PresenceAudience,
    private readonly reader: PresenceReader,
    private readonly leases: PresenceLeases,
    private readonly watch: PresenceWatch,
    private readonly config: Config,
  ) {}

  /** The user is there, without a socket, for the time until the next heartbeat. */
  async heartbeat(caller: Caller, dto: SetPresenceDto): Promise<OwnPresenceDto> {
    const user = presentOf(caller);
    this.leases.heartbeat(caller.clientId, user.user_pk);
    return this.set(caller, dto);
  }

  async set(caller: Caller, { state, text }: SetPresenceDto): Promise<OwnPresenceDto> {
    const user = presentOf(caller);
    if (state === undefined && text === undefined) return this.own(caller);
    const row = await this.repository.choose(caller.clientId, user.user_pk, { state, text });
    this.leases.changed(user.user_pk);
    return this.toOwn(user, row);
  }

  private async own(caller: Caller): Promise<OwnPresenceDto> {
    const user = presentOf(caller);
    const rows = await this.repository.findMany(caller.clientId, [user.user_pk]);
    return this.toOwn(user, rows.get(user.user_pk));
  }

  private toOwn({ user_pk, user_id }: UserRef, row: PresenceRow | undefined): OwnPresenceDto {
    const seen = this.leases.holds(user_pk) ? new Date() : row?.last_seen_at;
    return {
      user_id,
      state: row?.state ?? 'online',
      text: row?.text ?? null,
      last_seen_at: seen?.toISOString() ?? null,
      next_heartbeat_ms: this.config.presenceHeartbeatMs,
    };
  }

  /** Of those who are named, and whom the caller may see, in the order asked; without names of who is there near the caller. */
  async get(caller: Caller, { user_ids, ...page }: GetPresenceDto): Promise<Page<PresenceDto>> {
    const { clientId } = caller;
    if (user_ids === undefined) {
      return this.pageOf(clientId, this.repository.neighboursOf(clientId, presentOf(caller).user_pk), page);
    }
    const users = await this.visible(caller, user_ids);
    const found = await this.reader.read(clientId, users);
    return wholePage(users.map(({ user_pk }) => found.get(user_pk)!));
  }

  /** Who of a room's members is there. The caller sees the room. */
  online(caller: Caller, roomId: string, page: { limit?: number; cursor?: string }): Promise<Page<PresenceDto>> {
    return this.pageOf(caller.clientId, this.repository.membersOf(caller.clientId, roomId), page);
  }

  async subscribe(caller: Caller, connection: Connection, dto: SubscribePresenceDto): Promise<PresencesDto> {
    const users = await this.visible(caller, dto.user_ids);
    if (dto.replace) {
      const kept = new Set(users.map(({ user_pk }) => user_pk));
      this.watch.unwatch(
        connection,
        this.watch.watchedBy(connection).filter((pk) => !kept.has(pk)),
      );
    }
    return { users: await this.watch.watch(connection, caller, users) };
  }

  /** The same of the people in the user's newest rooms, as many as a connection hears of. */
  async subscribeToNeighbours(caller: Caller, connection: Connection): Promise<PresencesDto> {
    const near = this.repository.neighboursOf(caller.clientId, presentOf(caller).user_pk);
    return { users: await this.watch.watch(connection, caller, await near(null, limits.presence_subscriptions)) };
  }

  /** Who isn't there and who may not be seen are left out alike. */
  private async visible(caller: Caller, userIds: UserId[]): Promise<UserRef[]> {
    const found = await this.repository.findUsers(caller.clientId, [...new Set(userIds)]);
    const byId = new Map(found.map((user) => [user.user_id, user]));
    return this.audience.of(
      caller,
      [...new Set(userIds)].flatMap((id) => byId.get(id) ?? []),
    );
  }

  /** Those of them who are there, in the order of their rows. A page may be short although more follow. */
  private async pageOf(
    clientId: string,
    people: People,
    { limit = 50, cursor }: { limit?: number; cursor?: string },
  ): Promise<Page<PresenceDto>> {
    const found: PresenceDto[] = [];
    let after = (decodeIdCursor(cursor)?.key[0] ?? null) as UserRef['user_pk'] | null;
    for (let step = 0; step < STEPS; step++) {
      const looked = await people(after, STEP);
      const there = await this.reader.whoIsThere(looked.map(({ user_pk }) => user_pk));
      const online = looked.filter(({ user_pk }) => there.has(user_pk));
      const seen = await this.reader.read(clientId, online);
      for (const { user_pk } of online) {
        const presence = seen.get(user_pk)!;
        if (presence.state !== 'offline') found.push(presence);
        after = user_pk;
        if (found.length === limit) return pageUntil(found, after);
      }
      if (looked.length < STEP) return wholePage(found);
      after = looked.at(-1)!.user_pk;
    }
    return pageUntil(found, after);
  }
}

/** There may be more after it. */
const pageUntil = (data: PresenceDto[], after: UserRef['user_pk'] | null): Page<PresenceDto> => ({
  data,
  page: { next_cursor: encodeCursor('n', [after]), prev_cursor: null, has_more: true },
});

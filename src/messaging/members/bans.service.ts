import { Injectable } from '@nestjs/common';
import type { NewEvent } from '../../engine/events/new-event.js';
import type { UserId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { Problem } from '../../platform/common/problem.js';
import { namedUser, type Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { BanDto, BanMemberDto } from './bans.dto.js';
import { BansRepository, type BanRow } from '../rooms/membership/bans.repository.js';
import { Memberships, refuseAbove } from './memberships.js';
import { refuseDirect, requirePermission, RoomAccess } from '../rooms/room-access.js';
import { RoomChanges, type ChangedRoom } from '../rooms/room-changes.js';
import { toMember } from '../rooms/membership/member.row.js';

/**
 * Keeps users out of a room, members or not. The room's members learn that one has gone; who is banned, who manages the room
 * sees.
 */
@Injectable()
export class BansService {
  constructor(
    private readonly bans: BansRepository,
    private readonly memberships: Memberships,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
    private readonly users: UsersService,
  ) {}

  async list(caller: Caller, roomId: string, query: PageQueryDto): Promise<Page<BanDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const room = await this.access.get(caller, roomId);
    requirePermission(caller, room.room_type, room.my_role, 'manage');
    const rows = await this.bans.list(caller.clientId, room.id, limit, cursor);
    return toPage(rows, limit, cursor, ({ user_pk }) => [user_pk], toBan);
  }

  /** A ban that holds is replaced by what is asked now: another reason, another end. */
  async ban(request: Request, roomId: string, named: UserId, dto: BanMemberDto): Promise<BanDto> {
    const { caller } = request;
    await this.refuseOthers(caller, roomId);
    const userId = namedUser(caller, named);
    const create = caller.kind === 'master';
    const user = (await this.users.resolve(caller.clientId, [userId], { create })).get(userId)!;
    if (user.user_pk === caller.user?.user_pk) throw new Problem('conflict', 'Nobody bans himself: leave the room.');
    return this.changes.run(request, roomId, async (tx): Promise<ChangedRoom<BanDto>> => {
      const room = await this.access.lockPeople(tx, caller, roomId, 'manage');
      const member = await this.memberships.find(tx, caller, room, user.user_pk);
      let events: NewEvent[] = [];
      if (member?.status === 'active') {
        refuseAbove(caller, room, member.role);
        events = await this.memberships.leave(tx, caller, room, member, 'banned');
      }
      const before = await this.bans.find(tx, caller.clientId, room.id, user.user_pk);
      if (!before || changes(before, dto)) {
        const { reason = null, expires_in: seconds = null } = dto;
        await this.bans.ban(tx, caller.clientId, room.id, user.user_pk, { reason, seconds });
      }
      return [toBan((await this.bans.find(tx, caller.clientId, room.id, user.user_pk))!), events];
    });
  }

  /** Who is not banned is not banned afterwards either. */
  async lift(request: Request, roomId: string, named: UserId): Promise<void> {
    const { caller } = request;
    await this.refuseOthers(caller, roomId);
    const userId = namedUser(caller, named);
    const user = (await this.users.lookUp(caller.clientId, [userId], { create: false })).get(userId);
    if (!user) return;
    await this.changes.run(request, roomId, async (tx): Promise<ChangedRoom<void>> => {
      const room = await this.access.lockPeople(tx, caller, roomId, 'manage');
      await this.bans.lift(tx, caller.clientId, room.id, user.user_pk);
      return [undefined, []];
    });
  }

  /** A room out of sight is not there, whoever was meant. */
  private async refuseOthers(caller: Caller, roomId: string): Promise<void> {
    const room = await this.access.get(caller, roomId);
    refuseDirect(room);
    requirePermission(caller, room.room_type, room.my_role, 'manage');
  }
}

/** A ban without an end that is asked for again is the same; one with an end begins anew. */
const changes = ({ reason, banned_until }: BanRow, dto: BanMemberDto): boolean =>
  dto.expires_in !== undefined || banned_until !== null || (dto.reason ?? null) !== reason;

const toBan = ({ reason, ...row }: BanRow): BanDto => ({ ...toMember(row), reason });

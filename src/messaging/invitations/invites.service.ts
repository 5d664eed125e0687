import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../platform/common/key-ring.js';
import { isUuid, newId, type UserId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import type { Tx } from '../../platform/database/database.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { UsersService, userUnavailable } from '../../tenancy/users/users.service.js';
import type { Role } from '../rooms/membership/member.dto.js';
import { Memberships, refuseAbove } from '../members/memberships.js';
import { mayInRoom, requirePermission, RoomAccess } from '../rooms/room-access.js';
import { RoomChanges, type ChangedRoom } from '../rooms/room-changes.js';
import type { RoomType } from '../rooms/rooms.dto.js';
import type { LockedRoom } from '../rooms/rooms.repository.js';
import { inviteCreated, inviteRevoked } from './invitations.events.js';
import { makeCode, reveal, store } from './invite-codes.js';
import type { CreateInviteDto, InviteDto, InvitesQueryDto } from './invites.dto.js';
import { InvitesRepository, toInvite, type InviteRow } from './invites.repository.js';
import { ofInvite } from './new-events.js';

/** Links that can be used, of one room. */
const MOST_LINKS = 100;

/** Invitations as those see them who may invite: made, listed, revoked. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly invites: InvitesRepository,
    private readonly memberships: Memberships,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
    private readonly users: UsersService,
    private readonly keyRing: KeyRing,
  ) {}

  async list(caller: Caller, roomId: string, query: InvitesQueryDto): Promise<Page<InviteDto>> {
    const { limit = 50, status = null } = query;
    const cursor = decodeIdCursor(query.cursor);
    const room = await this.access.get(caller, roomId);
    requirePermission(caller, room.room_type, room.my_role, 'invite');
    const rows = await this.invites.listOfRoom(caller.clientId, room.id, status, limit, cursor);
    const show = (row: InviteRow) => this.show(caller, room.room_type, room.my_role, row);
    return toPage(rows, limit, cursor, ({ id }) => [id], show);
  }

  /** A user who has a pending invitation keeps it: the second one is the first. */
  async create(request: Request, roomId: string, dto: CreateInviteDto): Promise<InviteDto | Existing<InviteDto>> {
    const { caller } = request;
    checkFields(dto);
    // A room out of sight is not there, whoever was to be invited.
    await this.access.get(caller, roomId);
    const invited = dto.kind === 'user' ? await this.findInvited(caller, dto.user_id!) : null;
    return this.changes.run(request, roomId, async (tx): Promise<ChangedRoom<InviteDto | Existing<InviteDto>>> => {
      const room = await this.access.lockPeople(tx, caller, roomId, 'invite');
      refuseAbove(caller, room, dto.role ?? 'member');
      await this.invites.markExpired(tx, caller.clientId, room.id);
      const existing = invited && (await this.findExisting(tx, caller, room, invited));
      if (existing) return [new Existing(toInvite(existing, null)), []];
      await this.refuseTooMany(tx, caller, room, dto.kind);
      const row = await this.insert(tx, caller, room, invited, dto);
      const events = ofInvite(caller, inviteCreated, row, { status: 'pending' }, { both: false });
      return [this.show(caller, room.room_type, room.actor_role, row), events];
    });
  }

  /** By who made it, or manages the room. What is no longer pending stays as it is. */
  async revoke(request: Request, roomId: string, inviteId: string): Promise<void> {
    const { caller } = request;
    await this.changes.run(request, roomId, async (tx): Promise<ChangedRoom<void>> => {
      const room = await this.access.lock(tx, caller, roomId, 'invite');
      const row = isUuid(inviteId) ? await this.invites.find(tx, caller.clientId, inviteId) : null;
      if (!row || row.room_id !== room.id) throw notFound('invitation');
      const own = caller.user !== null && row.invited_by_pk === caller.user.user_pk;
      if (!own) requirePermission(caller, room.room_type, room.actor_role, 'manage');
      if (row.status !== 'pending') return [undefined, []];
      await this.invites.setStatus(tx, caller.clientId, row.id, 'revoked');
      return [undefined, ofInvite(caller, inviteRevoked, row, { status: 'revoked' }, { both: true })];
    });
  }

  /** Unknown users and those who blocked the one that invites are not told apart. */
  private async findInvited(caller: Caller, userId: UserId): Promise<UserRef> {
    const create = caller.kind === 'master';
    const user = (await this.users.resolve(caller.clientId, [userId], { create })).get(userId)!;
    if (!caller.user) return user;
    const blockers = await this.users.blockersOf(caller.clientId, caller.user.user_pk, [user.user_pk]);
    if (blockers.has(user.user_pk)) throw userUnavailable([userId]);
    return user;
  }

  /** The invitation that makes another one idle: pending, or the one by which the user is a member. */
  private async findExisting(tx: Tx, caller: Caller, room: LockedRoom, user: UserRef): Promise<InviteRow | null> {
    const member = await this.memberships.find(tx, caller, room, user.user_pk);
    if (member?.status === 'banned') throw userUnavailable([user.user_id]);
    const status = member?.status === 'active' ? 'accepted' : 'pending';
    const existing = await this.invites.findOf(tx, caller.clientId, room.id, user.user_pk, status);
    if (!existing && status === 'accepted') throw new Problem('conflict', `${user.user_id} is a member already.`);
    return existing;
  }

  private async refuseTooMany(tx: Tx, caller: Caller, room: LockedRoom, kind: InviteDto['kind']): Promise<void> {
    const most = kind === 'link' ? MOST_LINKS : limits.room_members;
    if ((await this.invites.countPending(tx, caller.clientId, room.id, kind, most)) < most) return;
    throw new Problem('conflict', `A room has at most ${most} pending invitations of this kind: revoke some first.`);
  }

  private async insert(
    tx: Tx,
    caller: Caller,
    room: LockedRoom,
    invited: UserRef | null,
    { kind, role = 'member', message, max_uses, expires_in }: CreateInviteDto,
  ): Promise<InviteRow> {
    const id = newId();
    await this.invites.insert(tx, caller.clientId, {
      id,
      room_id: room.id,
      kind,
      user_pk: invited?.user_pk ?? null,
      code: kind === 'link' ? store(makeCode(), this.keyRing, caller.clientId, id) : null,
      role,
      message: message ?? null,
      invited_by_pk: caller.user?.user_pk ?? null,
      max_uses: max_uses ?? null,
      expires_in: expires_in ?? null,
    });
    return (await this.invites.find(tx, caller.clientId, id))!;
  }

  /** With its code, where who reads could have made such a link: else it would be a way to a role above one's own. */
  private show(caller: Caller, type: RoomType, role: Role | null, row: InviteRow): InviteDto {
    const sees = row.role === 'member' || mayInRoom(caller, type, role, 'delete');
    if (row.code_encrypted === null || !sees) return toInvite(row, null);
    return toInvite(row, reveal(row.code_encrypted, this.keyRing, caller.clientId, row.id));
  }
}

function checkFields({ kind, user_id, max_uses }: CreateInviteDto): void {
  if (kind === 'user' && user_id === undefined) throw invalidField('user_id', 'says who is invited');
  if (kind === 'link' && user_id !== undefined) throw invalidField('user_id', 'goes with kind user');
  if (kind === 'user' && max_uses !== undefined) throw invalidField('max_uses', 'goes with kind link');
}

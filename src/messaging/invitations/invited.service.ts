import { Injectable } from '@nestjs/common';
import type { NewEvent } from '../../engine/events/new-event.js';
import { isUuid, type UserPk } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { userOf, type Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import type { MemberDto } from '../rooms/membership/member.dto.js';
import { Memberships, type ArrivalObserver } from '../members/memberships.js';
import { MembersRepository } from '../rooms/membership/members.repository.js';
import { RoomAccess } from '../rooms/room-access.js';
import { roleMay } from '../rooms/room-permissions.js';
import type { LockedRoom } from '../rooms/rooms.repository.js';
import { RoomChanges, type ChangedRoom } from '../rooms/room-changes.js';
import { toMember } from '../rooms/membership/member.row.js';
import { inviteAccepted, inviteDeclined } from './invitations.events.js';
import { codeDigestOf } from './invite-codes.js';
import type { InviteDto, InvitesQueryDto } from './invites.dto.js';
import { InvitesRepository, toInvite, type InviteRow } from './invites.repository.js';
import { ofInvite } from './new-events.js';

/** Invitations as the invited see them, and coming in by a link's code. */
@Injectable()
export class InvitedService implements ArrivalObserver {
  constructor(
    private readonly invites: InvitesRepository,
    private readonly memberships: Memberships,
    private readonly members: MembersRepository,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
  ) {
    memberships.register(this);
  }

  async list(caller: Caller, query: InvitesQueryDto): Promise<Page<InviteDto>> {
    const { limit = 50, status = null } = query;
    const cursor = decodeIdCursor(query.cursor);
    const { user_pk } = userOf(caller, 'has invitations');
    const rows = await this.invites.listOfUser(caller.clientId, user_pk, status, limit, cursor);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => toInvite(row, null),
    );
  }

  /** Accepted before, the member is answered as it stands, and does not come back by that once it has left. */
  async accept(request: Request, inviteId: string): Promise<MemberDto> {
    const { caller } = request;
    const { room_id } = await this.find(caller, inviteId);
    const user = userOf(caller, 'accepts an invitation');
    return this.changes.run(request, room_id, async (tx) => {
      const room = await this.access.lockForEntry(tx, caller, room_id, 'invitation');
      const row = (await this.invites.find(tx, caller.clientId, inviteId))!;
      const events: NewEvent[] = [];
      if (row.status !== 'accepted') {
        refuseUnlessPending(row);
        if (!(await this.mayStillGrant(tx, caller, room, row)))
          throw new Problem('conflict', 'Who made the invitation may no longer give this role: ask for a new one.');
        events.push(...(await this.memberships.enter(tx, caller, room, user, row.role)));
      }
      return [toMember(await this.memberships.get(tx, caller, room, user.user_pk)), events];
    });
  }

  /** Who comes in, by the invitation or in another way, has answered it. */
  async arrived(tx: Tx, caller: Caller, room: LockedRoom, userPks: UserPk[]): Promise<NewEvent[]> {
    const accepted = await this.invites.accept(tx, caller.clientId, room.id, userPks);
    return accepted.flatMap((row) =>
      ofInvite(caller, inviteAccepted, row, { status: 'accepted', uses: 1 }, { both: true }),
    );
  }

  async decline(request: Request, inviteId: string): Promise<InviteDto> {
    const { caller } = request;
    const { room_id } = await this.find(caller, inviteId);
    userOf(caller, 'declines an invitation');
    return this.changes.run(request, room_id, async (tx): Promise<ChangedRoom<InviteDto>> => {
      await this.access.lockForEntry(tx, caller, room_id, 'invitation');
      const row = (await this.invites.find(tx, caller.clientId, inviteId))!;
      if (row.status === 'declined') return [toInvite(row, null), []];
      refuseUnlessPending(row);
      await this.invites.setStatus(tx, caller.clientId, row.id, 'declined');
      const declined = (await this.invites.find(tx, caller.clientId, inviteId))!;
      return [toInvite(declined, null), ofInvite(caller, inviteDeclined, row, { status: 'declined' }, { both: true })];
    });
  }

  /** Codes that are unknown, used up, expired or revoked are not told apart. Who is a member already uses nothing up. */
  async acceptCode(request: Request, code: string): Promise<MemberDto> {
    const { caller } = request;
    const user = userOf(caller, 'accepts an invitation');
    const found = await this.invites.findByCode(caller.clientId, codeDigestOf(code));
    if (!found) throw notFound('invitation');
    return this.changes.run(request, found.room_id, async (tx) => {
      const room = await this.access.lockForEntry(tx, caller, found.room_id, 'invitation');
      const row = (await this.invites.find(tx, caller.clientId, found.id))!;
      const isMember = room.actor_role !== null && row.status === 'accepted';
      if (row.status !== 'pending' && !isMember) throw notFound('invitation');
      if (!(await this.mayStillGrant(tx, caller, room, row))) throw notFound('invitation');
      const entered = await this.memberships.enter(tx, caller, room, user, row.role);
      const events = entered.length > 0 ? [...entered, ...(await this.use(tx, caller, row))] : [];
      return [toMember(await this.memberships.get(tx, caller, room, user.user_pk)), events];
    });
  }

  /** A role above member is given in the name of who made the invitation, who may have lost the right to: an owner who was removed, say. */
  private async mayStillGrant(tx: Tx, caller: Caller, room: LockedRoom, row: InviteRow): Promise<boolean> {
    if (row.role === 'member' || row.invited_by === null) return true;
    const inviter = await this.members.findByUserId(tx, caller.clientId, room.id, row.invited_by);
    return inviter !== null && roleMay(caller.settings, room.room_type, inviter.role, 'delete');
  }

  private async use(tx: Tx, caller: Caller, row: InviteRow): Promise<NewEvent[]> {
    await this.invites.use(tx, caller.clientId, row.id);
    const { status, uses } = (await this.invites.find(tx, caller.clientId, row.id))!;
    return ofInvite(caller, inviteAccepted, row, { status, uses }, { both: true });
  }

  /** Another user's invitation is not there; to a key that acts for nobody, those of its client are. */
  private async find(caller: Caller, inviteId: string): Promise<InviteRow> {
    const row = isUuid(inviteId) ? await this.invites.read(caller.clientId, inviteId) : null;
    if (!row || row.user_pk === null || !isFor(caller.user, row)) throw notFound('invitation');
    return row;
  }
}

const isFor = (user: UserRef | null, { user_pk }: InviteRow): boolean => user === null || user.user_pk === user_pk;

function refuseUnlessPending({ status }: InviteRow): void {
  if (status !== 'pending') throw new Problem('conflict', `The invitation is ${status}.`);
}

import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/common/problem.js';
import { managesClient, userOf } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import type { MemberDto } from '../rooms/membership/member.dto.js';
import { Memberships } from './memberships.js';
import { RoomAccess } from '../rooms/room-access.js';
import { RoomChanges } from '../rooms/room-changes.js';
import { toMember } from '../rooms/membership/member.row.js';

/** Users come into rooms by themselves. */
@Injectable()
export class JoiningService {
  constructor(
    private readonly memberships: Memberships,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
  ) {}

  /** Public rooms; with the client's own key any. Who is a member stays as he is. */
  async join(request: Request, roomId: string): Promise<MemberDto> {
    const { caller } = request;
    if (!caller.user) await this.access.get(caller, roomId);
    const user = userOf(caller, 'joins a room');
    return this.changes.run(request, roomId, async (tx) => {
      const room = await this.access.lockForEntry(tx, caller, roomId);
      const open = room.privacy === 'public' && room.room_type !== 'direct';
      if (room.actor_role === null && !open && !managesClient(caller)) throw notFound('room');
      const events = await this.memberships.enter(tx, caller, room, user, 'member');
      return [toMember(await this.memberships.get(tx, caller, room, user.user_pk)), events];
    });
  }
}

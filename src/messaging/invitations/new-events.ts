import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import type { UserPk } from '../../platform/common/ids.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { actorOf } from '../rooms/room-access.js';
import type { InviteRow } from './invites.repository.js';
import type { InviteDto } from './invites.dto.js';
import type { JoinRequestDto } from './join-requests.dto.js';

type InviteEvent = DurableEvent<InviteDto, 'user', true>;
type RequestEvent = DurableEvent<JoinRequestDto, 'user', true>;

/** Of an invitation, for who is invited and, of what becomes of it, for who invited; of a link for who made it. */
export function ofInvite(
  caller: Caller,
  event: InviteEvent,
  row: Pick<InviteRow, 'id' | 'room_id' | 'user_pk' | 'invited_by_pk'>,
  data: Pick<InviteDto, 'status'> & Partial<InviteDto>,
  { both }: { both: boolean },
): NewEvent[] {
  const hearers = both ? [row.user_pk, row.invited_by_pk] : [row.user_pk ?? row.invited_by_pk];
  return distinct(hearers).map((userPk) =>
    newEvent({
      event,
      client_id: caller.clientId,
      stream: { type: 'user', id: userPk },
      room_id: row.room_id,
      subject_id: row.id,
      actor: actorOf(caller),
      data,
    }),
  );
}

/** Of a request, for who asks and those who decide. */
export const ofRequest = (
  caller: Caller,
  event: RequestEvent,
  row: { id: string; room_id: string; user_pk: UserPk },
  status: JoinRequestDto['status'],
  deciders: UserPk[],
): NewEvent[] =>
  distinct([row.user_pk, ...deciders]).map((userPk) =>
    newEvent({
      event,
      client_id: caller.clientId,
      stream: { type: 'user', id: userPk },
      room_id: row.room_id,
      subject_id: row.id,
      actor: actorOf(caller),
      data: { status },
    }),
  );

const distinct = (userPks: (UserPk | null)[]): UserPk[] => [...new Set(userPks.filter((one) => one !== null))];

import { limits } from '../../platform/config/limits.js';
import { flagOf, isPlain, withoutNulls, type Plain } from './words.js';

/** What the first version took when nothing was said. */
const ROOM_TYPE = 'group';
const MAX_MEMBERS = 100;

/** A name that a body gives somebody. */
export interface Named {
  user_id: string;
  display_name: string;
}

/** The body of `POST /rooms`: there, rooms were groups of a hundred unless they said otherwise. */
export function newRoomOf(body: Plain): Plain {
  const { members, is_active: _, ...room } = withoutNulls(body);
  const room_type = room.room_type ?? ROOM_TYPE;
  return {
    ...(room_type !== 'direct' && { max_members: Math.min(MAX_MEMBERS, limits.room_members) }),
    ...room,
    room_type,
    ...(members !== undefined && { members: Array.isArray(members) ? members.map(memberInputOf) : members }),
  };
}

/**
 * The body of `PUT /rooms/{id}`, and whether it makes the room active or inactive.
 * @throws Problem `validation_failed` for what says neither
 */
export function changedRoomOf(body: Plain): { room: Plain; isActive: boolean | undefined } {
  const { is_active, room_type: _, ...room } = withoutNulls(body);
  return { room, isActive: is_active === undefined ? undefined : flagOf('is_active', is_active) };
}

/** A member in a body, whose name is another matter: {@link namesIn}. */
export function memberInputOf(member: unknown): unknown {
  if (!isPlain(member)) return member;
  const { display_name: _, ...rest } = withoutNulls(member);
  return rest;
}

/** The names that a body gives to people: one, or its `members`. */
export function namesIn(body: Plain): Named[] {
  const people = Array.isArray(body.members) ? (body.members as unknown[]) : [body];
  return people
    .filter(isPlain)
    .flatMap(({ user_id, display_name }) =>
      typeof user_id === 'string' && typeof display_name === 'string' ? [{ user_id, display_name }] : [],
    );
}

/** When messages were sent, by their places. */
export type TimesOfPlaces = ReadonlyMap<number, Date>;

/** The places whose times {@link oldMember} asks for. */
export const placesIn = (members: unknown): number[] =>
  Array.isArray(members) ? [...new Set((members as Plain[]).map(({ last_read_seq }) => Number(last_read_seq)))] : [];

/** @param times when the messages were sent that members have read up to */
export function oldMember(member: Plain, times: TimesOfPlaces): Plain {
  const active = member.status === 'active';
  return {
    ...member,
    // There, everybody had a name.
    display_name: member.display_name ?? member.user_id,
    is_active: active,
    left_at: active ? null : member.updated_at,
    last_read_at: times.get(Number(member.last_read_seq))?.toISOString() ?? null,
  };
}

export function oldRoom(room: Plain, times: TimesOfPlaces): Plain {
  const { members } = room;
  return {
    ...room,
    is_active: room.status === 'active',
    created_by_user_id: room.created_by ?? null,
    ...(Array.isArray(members) && { members: (members as Plain[]).map((member) => oldMember(member, times)) }),
  };
}

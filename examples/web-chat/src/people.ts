import type { Member, Presence, RoomSummary } from '@chatapi/sdk';
import { usePresence } from '@chatapi/sdk/react';
import { useFound, useSession } from './ui';

const MOST_PEOPLE = 200;
export const nameOf = ({ user_id, display_name }: Pick<Member, 'user_id' | 'display_name'>): string =>
  display_name ?? user_id;

/** The other one of a direct room. */
export const partnerOf = ({ room, members = [] }: RoomSummary, me: string): Member | undefined =>
  room.room_type === 'direct' ? members.find(({ user_id }) => user_id !== me) : undefined;

export function titleOf(summary: RoomSummary, me: string): string {
  const partner = partnerOf(summary, me);
  return partner ? nameOf(partner) : (summary.room.name ?? 'Direct message');
}

/** How these people are just now, followed for as long as somebody looks. */
export function usePresenceOf(userIds: string[]): (userId: string) => Presence['state'] {
  const presence = usePresence(userIds);
  return (userId) => presence.get(userId)?.state ?? 'offline';
}

/** Everybody else who picked a name: whom one can write to and invite. */
export function usePeople(): Member[] {
  const { client, user, welcome } = useSession();
  const people = useFound(welcome, (roomId, signal) => client.room(roomId).members(signal).take(MOST_PEOPLE));
  return (people ?? []).filter(({ user_id }) => user_id !== user.user_id);
}

import { EVERYBODY } from './mentions.js';
import type { Role } from './member.dto.js';
import type { RoomMeDto } from './own-side.dto.js';

/** A user's own side of a room, as {@link OWN_SIDE} reads it. All null: no user looks, or it is no member. */
export interface OwnSideRow {
  my_role: Role | null;
  my_joined_seq: number | null;
  my_read_seq: number | null;
  my_mentions: number | null;
  my_muted: boolean | null;
  my_muted_until: Date | null;
  my_mentions_only: boolean | null;
  my_hidden: boolean | null;
  my_pinned: boolean | null;
}

/** The place up to which a member `m` has read, by what it marked itself. */
export const ownMarker = (m: string): string =>
  `coalesce(${m}.unread_from_seq - 1, greatest(${m}.last_read_seq, ${m}.private_read_seq))`;

/** The same, of what is still there: what a room `r` lost by being truncated counts as read. */
export const readUpTo = (m: string, r: string): string => `greatest(${ownMarker(m)}, ${r}.truncated_seq)`;

/** Is the room of a member `m` muted just now? */
export const mutedNow = (m: string): string =>
  `(${m}.muted and coalesce(${m}.muted_until, 'infinity') > clock_timestamp())`;

/** No more are counted: who never reads would make each count longer than the one before. */
const MAX_MENTIONS = 1_000;

/** How many places beyond the own marker of a member `m` of a room `r` mention it, or everybody. */
export const mentionsOf = (m: string, r: string): string => `(
  select count(distinct x.seq)::int from (
    select seq from room_mentions
     where client_id = ${m}.client_id and room_id = ${m}.room_id
       and user_pk in (${m}.user_pk, '${EVERYBODY}') and seq > ${readUpTo(m, r)}
     limit ${MAX_MENTIONS}) x)`;

/** Select list that makes an {@link OwnSideRow} of `room_members me`, which a left join may have left empty, and its room `r`. */
export const OWN_SIDE = `me.role as my_role, me.joined_seq as my_joined_seq, 
  case when me.user_pk is not null then ${readUpTo('me', 'r')} end as my_read_seq,
  case when me.user_pk is not null then ${mentionsOf('me', 'r')} end as my_mentions,
  ${mutedNow('me')} as my_muted, case when ${mutedNow('me')} then me.muted_until end as my_muted_until,
  me.mentions_only as my_mentions_only, me.hidden as my_hidden, me.pinned_at is not null as my_pinned`;

/** What a room's `me` shows. @param lastSeq of the room */
export function toRoomMe(row: OwnSideRow & { my_role: Role }, lastSeq: number): RoomMeDto {
  return {
    role: row.my_role,
    last_read_seq: row.my_read_seq!,
    unread: Math.max(0, lastSeq - row.my_read_seq!),
    mentions: row.my_mentions!,
    muted: row.my_muted!,
    muted_until: row.my_muted_until?.toISOString() ?? null,
    mentions_only: row.my_mentions_only!,
    hidden: row.my_hidden!,
    pinned: row.my_pinned!,
  };
}

/** Does somebody look who is a member? */
export const isMember = <T extends OwnSideRow>(row: T): row is T & { my_role: Role } => row.my_role !== null;

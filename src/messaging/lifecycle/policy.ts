import type { ClientSettings } from '../../tenancy/access/caller.js';
import type { RoomType } from '../rooms/rooms.dto.js';
import type { TypePolicy } from './lifecycle.dto.js';
import { DELETE_GRACE_DAYS, LIFECYCLE } from './lifecycle.settings.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What holds for a room. */
export interface Policy {
  /** null: never. */
  inactive_after_days: number | null;
  warn_before_hours: number;
}

/** What a room says itself, as its columns have it. null: nothing; 0 days: never. */
export interface OwnPolicy {
  inactive_after_days: number | null;
  warn_before_hours: number | null;
}

/** The room's own word, else the client's for rooms of the type, else the defaults. */
export function policyOf(settings: ClientSettings, type: RoomType, own: OwnPolicy): Policy {
  const set = LIFECYCLE.of(settings);
  const ofType = asObject(set[type]);
  const byDefault = LIFECYCLE.default;
  const days = ofType.inactive_after_days === undefined ? (byDefault[type] as number) : ofType.inactive_after_days;
  return {
    inactive_after_days: own.inactive_after_days === null ? days : own.inactive_after_days || null,
    warn_before_hours:
      own.warn_before_hours ?? ofType.warn_before_hours ?? set.warn_before_hours ?? byDefault.warn_before_hours!,
  };
}

const asObject = (
  policy: TypePolicy | undefined,
): { inactive_after_days?: number | null; warn_before_hours?: number } =>
  typeof policy === 'object' && policy !== null ? policy : policy === undefined ? {} : { inactive_after_days: policy };

/** What is known of an active room. */
export interface RoomActivity {
  active_at: Date;
  /** When its deactivation was last announced. */
  deactivating_at: Date | null;
  now: Date;
}

/** What is to be done with an active room now, and when it is to be looked at again. */
export type NextStep =
  { do: 'wait' | 'announce'; check_at: Date | null; deactivating_at: Date | null } | { do: 'deactivate' };

/**
 * Nobody is deactivated unannounced: who is found too late is announced first, and has the whole time that a warning gives.
 * A message after the announcement takes it back.
 */
export function nextStep(policy: Policy, { active_at, deactivating_at, now }: RoomActivity): NextStep {
  const times = timesOf(policy, { active_at, deactivating_at, now });
  if (times === null) return { do: 'wait', check_at: null, deactivating_at: null };
  const { announceAt, endAt, announced, leadMs } = times;
  if (now.getTime() < announceAt) return { do: 'wait', check_at: new Date(announceAt), deactivating_at: null };
  if (announced || leadMs === 0) {
    return now.getTime() < endAt ? { do: 'wait', check_at: new Date(endAt), deactivating_at } : { do: 'deactivate' };
  }
  return { do: 'announce', check_at: new Date(endAt), deactivating_at: now };
}

/** When the room will be deactivated at the earliest, if nobody writes; null: never. */
export function deactivationOf(policy: Policy, activity: RoomActivity): { at: Date; announced: boolean } | null {
  const times = timesOf(policy, activity);
  return (
    times && { at: new Date(times.endAt), announced: times.announced && activity.now.getTime() >= times.announceAt }
  );
}

function timesOf(
  { inactive_after_days, warn_before_hours }: Policy,
  { active_at, deactivating_at, now }: RoomActivity,
): { announceAt: number; endAt: number; announced: boolean; leadMs: number } | null {
  if (inactive_after_days === null) return null;
  const periodMs = inactive_after_days * DAY;
  const leadMs = Math.min(warn_before_hours * HOUR, periodMs / 2);
  const dueAt = active_at.getTime() + periodMs;
  const announcedAt = deactivating_at !== null && deactivating_at > active_at ? deactivating_at.getTime() : null;
  const warned = (announcedAt ?? Math.max(now.getTime(), dueAt - leadMs)) + leadMs;
  return { announceAt: dueAt - leadMs, endAt: Math.max(dueAt, warned), announced: announcedAt !== null, leadMs };
}

/** Until when a deleted room can be restored. */
export const graceEndOf = (settings: ClientSettings, deletedAt: Date): Date =>
  new Date(deletedAt.getTime() + DELETE_GRACE_DAYS.of(settings) * DAY);

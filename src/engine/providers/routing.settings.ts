import { Int } from '../../platform/common/fields.js';
import type { ClientSettings } from '../../tenancy/access/caller.js';
import { clientSetting } from '../../tenancy/clients/client-settings.js';
import type { Budgets } from './channel.js';

/** Recipients of a notification, cc and bcc counted, from which on bulk providers come first. */
export const BULK_THRESHOLD = clientSetting('bulk_threshold', {
  field: Int({
    optional: true,
    nullable: true,
    min: 1,
    max: 1_000_000,
    description:
      'Notifications to so many recipients or more, cc and bcc counted, go to providers with `is_bulk` first.',
    example: 100,
  }),
  default: 100,
});

/** Recipients that the primary provider takes without a look at the threshold. */
export const PRIMARY_MAX = clientSetting('primary_max', {
  field: Int({
    optional: true,
    nullable: true,
    max: 1_000_000,
    description:
      'Notifications to at most so many recipients go to the primary provider, whatever `bulk_threshold` says.',
    example: 5,
  }),
  default: 5,
});

/** By how many recipients providers are chosen, for one client. */
export interface Thresholds {
  bulk: number;
  primaryMax: number;
}

export const thresholdsOf = (settings: ClientSettings): Thresholds => ({
  bulk: BULK_THRESHOLD.of(settings),
  primaryMax: PRIMARY_MAX.of(settings),
});

const DAY_S = 86_400;
const seconds = (max: number, description: string, example: number) =>
  Int({ optional: true, nullable: true, max, description, example });

/** Of a fault that does not put the provider out at once. */
export const FAILOVER_AFTER = clientSetting('failover_after_s', {
  field: seconds(
    DAY_S,
    'For how many seconds a mail is tried with a provider that keeps failing, before the next one takes it. One that is out (refused connection, failed login, open breaker, exhausted quota) is left at once.',
    300,
  ),
  default: 300,
});

/** With the strategy `all` there is no next channel, and it is still tried. */
export const FALLBACK_AFTER = clientSetting('fallback_after_s', {
  field: seconds(
    7 * DAY_S,
    'After how many seconds of faults the strategy `fallback` leaves email for the next channel, unless `within_s` is over before.',
    1_800,
  ),
  default: 1_800,
});

export const GIVE_UP_AFTER = clientSetting('give_up_after_s', {
  field: seconds(
    7 * DAY_S,
    'After how many seconds of faults a mail is `failed`, with the reason `time_exhausted`.',
    3_600,
  ),
  default: 3 * DAY_S,
});

/** How long faults of a client's mail are borne, in milliseconds. */
export const budgetsOf = (settings: ClientSettings): Budgets => ({
  provider: FAILOVER_AFTER.of(settings) * 1_000,
  channel: FALLBACK_AFTER.of(settings) * 1_000,
  message: GIVE_UP_AFTER.of(settings) * 1_000,
});

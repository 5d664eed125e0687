import { Int } from '../../platform/common/fields.js';
import type { ClientSettings } from '../../tenancy/access/caller.js';
import { clientSetting } from '../../tenancy/clients/client-settings.js';

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

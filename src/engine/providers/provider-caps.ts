import type { ProviderEntity } from './provider.entity.js';

/** For how many a provider is meant, and what it takes at most; null: no cap. */
export type ProviderCaps = Pick<
  ProviderEntity,
  'is_bulk' | 'max_recipients' | 'rate_limit_per_second' | 'hourly_cap' | 'daily_cap'
>;

export const UNCAPPED: ProviderCaps = {
  is_bulk: false,
  max_recipients: null,
  rate_limit_per_second: null,
  hourly_cap: null,
  daily_cap: null,
};

/** What was not said is not capped. */
export const capsOf = ({
  is_bulk = false,
  max_recipients = null,
  rate_limit_per_second = null,
  hourly_cap = null,
  daily_cap = null,
}: Partial<ProviderCaps>): ProviderCaps => ({ is_bulk, max_recipients, rate_limit_per_second, hourly_cap, daily_cap });

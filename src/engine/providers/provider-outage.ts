/** That a provider is left alone just now, because it served nobody. */
export interface ProviderOutage {
  /** Of its last fault. */
  reason: string;
  since: Date;
  /** When one delivery finds out whether it works again. */
  retry_at: Date;
}

/** Knows which settings are left alone, by their keys. */
export interface OutageSource {
  outages(clientId: string, keys: string[]): Promise<Map<string, ProviderOutage>>;
}

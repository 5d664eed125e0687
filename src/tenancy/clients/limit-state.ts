/** One limit and how far it is used up. */
export interface LimitState {
  name: string;
  scope: 'user' | 'client' | 'channel' | 'provider';
  /** Of which channel or provider, where it is one's. */
  channel?: string;
  provider?: string;
  limit: number;
  remaining: number;
  resetsInMs: number | null;
  windowS: number | null;
}

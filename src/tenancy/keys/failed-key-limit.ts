import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { parseIpAddress } from '../../platform/config/ip-address.js';
import { Problem } from '../../platform/common/problem.js';
import { RateCounter } from '../access/rate-counter.js';
import { rateLimitHeaders } from '../access/rate-limit-headers.js';

/** Slows down who tries keys out. A missing key does not count, and a valid key always passes. */
@Injectable()
export class FailedKeyLimit {
  constructor(
    private readonly counter: RateCounter,
    private readonly config: Config,
  ) {}

  /**
   * Counts a key that was refused from this address.
   * @throws Problem `rate_limited` instead of what refused the key, when there were too many
   */
  async count(address: string): Promise<void> {
    const limit = this.config.failedKeysPerMinute;
    const { count, resetsInMs } = await this.counter.add(`failed-key:${networkOf(address)}`);
    if (count <= limit) return;
    const seconds = Math.ceil(resetsInMs / 1_000);
    throw new Problem('rate_limited', `More than ${limit} wrong keys came from this address within a minute.`, {
      retryAfterS: seconds,
      headers: rateLimitHeaders('failed-keys', limit, 0, seconds),
    });
  }
}

/** An IPv6 customer holds at least a /64: its addresses count as one. */
export function networkOf(text: string): string {
  const address = parseIpAddress(text);
  if (address?.kind() !== 'ipv6') return address?.toString() ?? text;
  return `${address.toNormalizedString().split(':', 4).join(':')}::/64`;
}

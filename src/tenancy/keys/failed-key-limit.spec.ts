import type { Config } from '../../platform/config/config.js';
import type { RateCounter } from '../access/rate-counter.js';
import { FailedKeyLimit } from './failed-key-limit.js';

async function counterOf(address: string): Promise<string> {
  const add = jest.fn((_key: string) => Promise.resolve({ count: 1, resetsInMs: 1 }));
  await new FailedKeyLimit({ add } as unknown as RateCounter, { failedKeysPerMinute: 5 } as Config).count(address);
  return add.mock.calls[0]![0];
}

describe('wrong keys', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('from %s count for %s', async (address, network) => {
    expect(await counterOf(address)).toBe(`failed-key:${network}`);
  });
});

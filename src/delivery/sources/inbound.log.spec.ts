import type { RateCounter } from '../../tenancy/access/rate-counter.js';
import { WindowCounts } from '../../tenancy/access/rate-counter.js';
import { InboundLog } from './inbound.log.js';
import type { InboundRepository, NewInbound } from './inbound.repository.js';

const event = (source_id: string): NewInbound => ({ source_id, body: Buffer.alloc(10) }) as NewInbound;

describe('what is not worked on', () => {
  it('is put on record 200 times an hour of each source and kind', async () => {
    const kept: string[] = [];
    const insert = async (_: null, __: string, { source_id, status }: NewInbound) =>
      void kept.push(`${source_id} ${status}`);
    const log = new InboundLog(
      { insert } as unknown as InboundRepository,
      new WindowCounts() as unknown as RateCounter,
    );
    for (let times = 0; times < 250; times++) {
      await log.refused(event('a'), 'reason');
      await log.duplicate(event('a'), 'first');
    }
    await log.refused(event('b'), 'reason');
    const count = (what: string) => kept.filter((one) => one === what).length;
    expect([count('a failed'), count('a duplicate'), count('b failed')]).toEqual([200, 200, 1]);
  });

  it('costs its sender nothing when the database is away', async () => {
    const insert = () => Promise.reject(new Error('away'));
    const log = new InboundLog(
      { insert } as unknown as InboundRepository,
      new WindowCounts() as unknown as RateCounter,
    );
    await expect(log.refused(event('a'), 'reason')).resolves.toBeUndefined();
  });
});

import type { InboundEffects } from './inbound-effects.js';
import type { InboundWorkRepository } from './inbound-work.repository.js';
import { InboundWorker } from './inbound-worker.js';

describe('the events in hand', () => {
  it('of one client leave room for those of others, and make room when they are done', async () => {
    let finish = (): void => {};
    const held = new Promise<null>((resolve) => (finish = () => resolve(null)));
    const work = { claim: () => held } as unknown as InboundWorkRepository;
    const worker = new InboundWorker(work, {} as InboundEffects);
    const running = [];
    while (worker.hasRoom('busy')) running.push(worker.process({ client_id: 'busy', id: String(running.length) }));
    expect(running).toHaveLength(12);
    expect(worker.hasRoom('other')).toBe(true);
    finish();
    await Promise.all(running);
    expect(worker.hasRoom('busy')).toBe(true);
  });
});

import { logger } from '../../platform/common/logger.js';
import type { Queues } from '../../platform/queue/queues.js';
import { QueueHealthProcessor } from './queue-health.processor.js';

it('says which queues have jobs that nobody runs, and is silent of the others', async () => {
  const waits = new Map([
    ['deliveries', 61.4],
    ['inbound-events', 59],
    ['housekeeping', 0],
  ]);
  const queues = {
    all: [...waits.keys()].map((name) => ({ name })),
    oldest: async ({ name }: { name: string }) => ({ job: `a job of ${name}`, seconds: waits.get(name)! }),
    counts: async () => ({ waiting: 3 }),
  };
  const warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
  await new QueueHealthProcessor(queues as unknown as Queues).process();
  expect(warn.mock.calls).toEqual([
    [{ queue: 'deliveries', job: 'a job of deliveries', waits_s: 61, jobs: { waiting: 3 } }, expect.any(String)],
  ]);
  warn.mockRestore();
});

import { logger } from '../../platform/common/logger.js';
import type { Queues } from '../../platform/queue/queues.js';
import { QueueHealthProcessor } from './queue-health.processor.js';
import { QueueWatch } from './queue-watch.js';

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

describe('a process that runs no jobs', () => {
  const watchOf = (runsJobs: boolean, schedules: number[]) => {
    const health = { process: jest.fn(async () => undefined) };
    const queues = { all: [{ name: 'housekeeping', getJobSchedulersCount: async () => schedules.shift() }] };
    const made = [{ runsJobs: () => runsJobs }, queues, health] as unknown as ConstructorParameters<typeof QueueWatch>;
    return { health, watch: new QueueWatch(...made) };
  };

  afterEach(() => jest.restoreAllMocks());

  it('looks every minute by itself, and no other does', async () => {
    jest.useFakeTimers();
    for (const runsJobs of [false, true]) {
      const { watch, health } = watchOf(runsJobs, [3, 3]);
      watch.onApplicationBootstrap();
      await jest.advanceTimersByTimeAsync(121_000);
      watch.beforeApplicationShutdown();
      await jest.advanceTimersByTimeAsync(121_000);
      expect(health.process).toHaveBeenCalledTimes(runsJobs ? 0 : 2);
    }
    jest.useRealTimers();
  });

  it('says that nobody ever ran any, unless they are back at the next look', async () => {
    const warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
    const { watch } = watchOf(false, [0, 9, 0, 0]);
    for (let looks = 0; looks < 3; looks++) await watch.look();
    expect(warn).not.toHaveBeenCalled();
    await watch.look();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('--role worker'));
  });
});

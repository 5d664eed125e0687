import type { Queue } from 'bullmq';
import type { Housekeeping } from './housekeeping.js';
import { Schedules } from './schedules.js';
import type { QueueBackend } from './queue.backend.js';

describe('the schedules of periodic work', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('are made at once, again as soon as the backend says when they are lost, and left alone while they are there', async () => {
    let scheduler: { every: number } | undefined;
    const queue = {
      getJobScheduler: async () => scheduler,
      upsertJobScheduler: jest.fn(async (_name: string, repeat: { every: number }) => (scheduler = repeat)),
    };
    const schedules = new Schedules(
      queue as unknown as Queue,
      { all: [{ name: 'ticks', everyMs: 100 }] } as Housekeeping,
      { reassertMs: 5_000 } as QueueBackend,
    );
    schedules.start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(queue.upsertJobScheduler.mock.calls).toEqual([['ticks', { every: 100 }, { name: 'ticks' }]]);
    scheduler = undefined;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(queue.upsertJobScheduler).toHaveBeenCalledTimes(2);
    schedules.stop();
  });
});

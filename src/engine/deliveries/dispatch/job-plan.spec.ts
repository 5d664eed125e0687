import { newId } from '../../../platform/common/ids.js';
import type { DueDelivery } from './dispatcher.repository.js';
import { channelOfLane, JobPlan, type DeliveryJob } from './job-plan.js';

const due = (due_in_ms = -1, lane = 'l'): DueDelivery => ({
  client_id: 'c',
  id: newId(),
  attempt_count: 0,
  holds: 0,
  priority: 2,
  lane,
  due_in_ms,
});
const sizes = (jobs: { data: object }[]) => jobs.map(({ data }) => (data as DeliveryJob).deliveries.length);

describe('which jobs are made of due deliveries', () => {
  it('one for up to twenty of a lane', () => {
    const rows = [...Array.from({ length: 23 }, () => due()), due(-1, 'other')];
    expect(sizes(new JobPlan().next(rows, 0))).toEqual([20, 3, 1]);
  });

  it('none for what is queued already', () => {
    const [plan, rows] = [new JobPlan(), [due(), due()]];
    plan.next(rows, 0);
    expect(plan.next(rows, 1_000)).toEqual([]);
  });

  it('the same job again, by its id, for what was not claimed for seconds', () => {
    const [plan, rows] = [new JobPlan(), [due(), due()]];
    const [first] = plan.next(rows, 0);
    const again = plan.next(rows, 3_500);
    expect(again).toEqual([first]);
    expect(plan.next(rows, 4_000)).toEqual([]);
  });

  it('with a delay for what is due soon, and a job at once when that time is moved forward', () => {
    const [plan, row] = [new JobPlan(), due(20_000)];
    expect(plan.next([row], 0)[0]!.delayMs).toBe(20_005);
    expect(plan.next([{ ...row, due_in_ms: 19_000 }], 1_000)).toEqual([]);
    const [moved] = plan.next([{ ...row, due_in_ms: -5 }], 2_000);
    expect(moved!.delayMs).toBeUndefined();
  });

  it('everything again when the queue did not take it', () => {
    const [plan, rows] = [new JobPlan(), [due()]];
    plan.next(rows, 0);
    plan.forget();
    expect(plan.next(rows, 1)).toHaveLength(1);
  });

  it('a new one for the next attempt', () => {
    const [plan, row] = [new JobPlan(), due()];
    plan.next([row], 0);
    expect(plan.next([{ ...row, attempt_count: 1 }], 100)).toHaveLength(1);
  });
});

describe('channelOf', () => {
  it.each([
    ['0199c2d4-7e1a-7000-8000-000000000000 websocket', 'websocket'],
    ['0199c2d4-7e1a-7000-8000-000000000000 email:', 'email'],
    ['0199c2d4-7e1a-7000-8000-000000000000 webhook:https://example.com:8443', 'webhook'],
  ])('reads the channel of %s', (lane, channel) => {
    expect(channelOfLane(lane)).toBe(channel);
  });
});

import type { Request } from '../../tenancy/access/request.js';
import { Problem } from '../../platform/common/problem.js';
import type { NotificationCounting } from './notification-counting.js';
import type { NotificationPlanner, PlannedNotification } from './notification-planner.js';
import { NotificationOrders } from './notification-orders.service.js';
import type { NotificationBatchDto } from './notification-orders.dto.js';
import type { NotificationInputDto } from './notifications.dto.js';
import type { NotificationsService } from './notifications.service.js';
import type { Simulation } from './simulation.js';

const request = { caller: {} } as Request;
const batchOf = (...ids: string[]) =>
  ({
    notifications: ids.map((user_id) => ({ recipients: [{ user_id }], channels: {} })),
  }) as unknown as NotificationBatchDto;

/** @param plan whose first recipient is named, once it is known; @param count throws what is over quota */
function ordersWith(plan: (userId: string) => Promise<void>, count: (userId: string) => void = () => {}) {
  const planner = {
    plan: async (_: unknown, { recipients }: NotificationInputDto) => {
      const id = recipients![0]!.user_id!;
      await plan(id);
      return { row: { id } } as unknown as PlannedNotification;
    },
  } as unknown as NotificationPlanner;
  const counting = {
    counted: async (_: unknown, item: PlannedNotification) => {
      count(item.row.id);
      return { ...item, giveBack: () => {} };
    },
  } as unknown as NotificationCounting;
  const notifications = {
    acceptAll: async (_: unknown, items: PlannedNotification[], answer: (answers: unknown[]) => unknown) =>
      answer(items.map(({ row }) => ({ id: row.id }))),
  } as unknown as NotificationsService;
  return new NotificationOrders(notifications, planner, counting, {} as Simulation);
}

describe('a batch of notifications', () => {
  it('is planned together, and counted in its order', async () => {
    let begun = 0;
    let go!: () => void;
    const all = new Promise<void>((resolve) => (go = resolve));
    const counted: string[] = [];
    const orders = ordersWith(
      async (id) => {
        if (++begun === 3) go();
        await all;
        // Who is asked last is known first.
        for (let turn = 0; turn < { a: 3, b: 2, c: 1 }[id]!; turn++) await Promise.resolve();
      },
      (id) => void counted.push(id),
    );
    const { results } = await orders.many(request, batchOf('a', 'b', 'c'));
    expect(counted).toEqual(['a', 'b', 'c']);
    expect(results.map(({ index, status, notification }) => [index, status, notification?.id])).toEqual([
      [0, 202, 'a'],
      [1, 202, 'b'],
      [2, 202, 'c'],
    ]);
  });

  it('answers who is at fault, and who is over quota, on their own', async () => {
    const orders = ordersWith(
      async (id) => {
        if (id === 'stranger') throw new Problem('user_unavailable', 'No such user.');
      },
      (id) => {
        if (id === 'greedy') throw new Problem('rate_limited', 'The quota is used up.');
      },
    );
    const { results } = await orders.many(request, batchOf('stranger', 'greedy', 'c'));
    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      [422, 'user_unavailable'],
      [429, 'rate_limited'],
      [202, undefined],
    ]);
  });

  it('fails whole by a fault of ours', async () => {
    const orders = ordersWith(async (id) => {
      if (id === 'b') throw new Error('the database is away');
    });
    await expect(orders.many(request, batchOf('a', 'b'))).rejects.toThrow('away');
  });
});

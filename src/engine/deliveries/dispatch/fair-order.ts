import type { DueDelivery } from './dispatcher.repository.js';

/** Of each round, urgent deliveries get 8 places, high 4, normal 2, low 1. */
const COST = [1, 2, 4, 8];

/**
 * Puts due deliveries in the order in which they are served: clients take turns, within a client its lanes take turns,
 * and a higher priority gets its turn more often (nobody starves). Rows of a lane keep their order.
 */
export function fairOrder<T extends Pick<DueDelivery, 'priority' | 'client_id' | 'lane'>>(rows: T[]): T[] {
  const turns = new Turns();
  const withinClient = rows.map((row) => ({ row, lane: turns.next(`${row.priority} ${row.client_id} ${row.lane}`) }));
  withinClient.sort((a, b) => a.lane - b.lane);
  const ranked = withinClient.map(({ row }) => ({
    row,
    rank: (1 + turns.next(`${row.priority} ${row.client_id}`)) * (COST[row.priority] ?? 8),
  }));
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ row }) => row);
}

class Turns {
  private readonly taken = new Map<string, number>();

  next(of: string): number {
    const turn = this.taken.get(of) ?? 0;
    this.taken.set(of, turn + 1);
    return turn;
  }
}

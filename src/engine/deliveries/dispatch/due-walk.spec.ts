import type { DispatcherRepository, Group, LaneKey } from './dispatcher.repository.js';
import { DueWalk } from './due-walk.js';

/** Answers as the statement does, from lanes in memory with one delivery each. */
function repositoryOf(lanes: LaneKey[]) {
  const inOrder = lanes.toSorted(
    (a, b) => order(a.client_id, b.client_id) || a.priority - b.priority || order(a.lane, b.lane),
  );
  const keyOf = ({ client_id, priority }: Group) => `${client_id} ${priority}`;
  const due: DispatcherRepository['due'] = async ({ groups, lanesPerGroup }, after, cursors) => {
    const keys = [...new Set(inOrder.map(keyOf))].filter((key) => after === null || key > keyOf(after));
    return keys.slice(0, groups).flatMap((key) => {
      const behind = cursors.find((cursor) => keyOf(cursor) === key)?.lane ?? '';
      const found = inOrder.filter((lane) => keyOf(lane) === key && lane.lane > behind);
      return found
        .slice(0, lanesPerGroup)
        .map((lane) => ({ ...lane, id: `${key} ${lane.lane}`, attempt_count: 0, holds: 0, due_in_ms: 0 }));
    });
  };
  return { due: jest.fn(due) };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const padded = (n: number): string => String(n).padStart(6, '0');

describe('the walk over what is due', () => {
  it('sees every client at each look, however many lanes one of them has', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => ({ client_id: 'a', priority: 0, lane: padded(n) }));
    const walk = new DueWalk(repositoryOf([...many, { client_id: 'b', priority: 3, lane: 'one' }]));
    const seen = new Set<string>();
    for (let look = 0; look < 32; look++) {
      const rows = await walk.next();
      expect(rows.some(({ client_id }) => client_id === 'b')).toBe(true);
      for (const { lane } of rows) seen.add(lane);
      // So that whoever looks goes on until it has seen all.
      expect(walk.unfinished).toBe(seen.size < 1_001);
    }
    // And comes to every lane.
    expect(seen.size).toBe(1_001);
  });

  it('comes to every client, and begins again', async () => {
    const lanes = Array.from({ length: 600 }, (_, n) => ({ client_id: padded(n), priority: 2, lane: 'one' }));
    const walk = new DueWalk(repositoryOf(lanes));
    const looks: { rows: unknown[]; unfinished: boolean }[] = [];
    for (let look = 0; look < 4; look++) looks.push({ rows: await walk.next(), unfinished: walk.unfinished });
    expect(looks.map(({ rows }) => rows.length)).toEqual([256, 256, 88, 256]);
    expect(looks.map(({ unfinished }) => unfinished)).toEqual([true, true, false, true]);
    expect(looks[3]).toEqual(looks[0]);
  });

  it('asks for fewer deliveries of each lane the more lanes there are', async () => {
    const lanes = Array.from({ length: 200 }, (_, n) => ({ client_id: padded(n), priority: 2, lane: 'one' }));
    const repository = repositoryOf(lanes);
    const walk = new DueWalk(repository);
    await walk.next();
    await walk.next();
    expect(repository.due.mock.calls.map(([{ perLane }]) => perLane)).toEqual([256, 20]);
  });
});

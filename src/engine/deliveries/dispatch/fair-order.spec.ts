import { fairOrder } from './fair-order.js';

const rows = (count: number, client_id: string, lane = 'l', priority = 2) =>
  Array.from({ length: count }, (_, n) => ({ client_id, lane, priority, n }));

describe('the order in which due deliveries are served', () => {
  it('lets clients take turns, however much one of them has', () => {
    const order = fairOrder([...rows(100, 'big'), ...rows(2, 'small')]);
    expect(order.slice(0, 4).filter(({ client_id }) => client_id === 'small')).toHaveLength(2);
  });

  it('gives a client with many lanes no more turns than one with one', () => {
    const many = Array.from({ length: 10 }, (_, lane) => rows(5, 'many', `lane ${lane}`)).flat();
    const order = fairOrder([...many, ...rows(10, 'one')]);
    expect(order.slice(0, 20).filter(({ client_id }) => client_id === 'one')).toHaveLength(10);
  });

  it('lets the lanes of a client take turns', () => {
    const order = fairOrder([...rows(50, 'c', 'slow'), ...rows(3, 'c', 'fast')]);
    expect(order.slice(0, 6).filter(({ lane }) => lane === 'fast')).toHaveLength(3);
  });

  it('serves urgent before low, and low all the same', () => {
    const order = fairOrder([...rows(100, 'c', 'l', 3), ...rows(100, 'c', 'l', 0)]);
    const low = order.slice(0, 45).filter(({ priority }) => priority === 3);
    expect(low.length).toBeGreaterThanOrEqual(4);
    expect(low.length).toBeLessThanOrEqual(6);
  });

  it('gives of fifteen places eight to urgent ones, four to high, two to normal and one to low', () => {
    const order = fairOrder([3, 2, 1, 0].flatMap((priority) => rows(20, 'c', 'l', priority)));
    const places = [0, 1, 2, 3].map((priority) => order.slice(0, 15).filter((row) => row.priority === priority).length);
    expect(places).toEqual([8, 4, 2, 1]);
    expect(order[0]!.priority).toBe(0);
  });

  it('keeps the order within a lane', () => {
    expect(fairOrder(rows(5, 'c')).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });
});

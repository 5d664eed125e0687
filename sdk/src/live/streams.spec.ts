import { Order } from './streams.js';
import type { Envelope } from './types.js';

const event = (rev: number, epoch = 'e'): Envelope => ({ epoch, rev }) as Envelope;

function stream(rev = 0) {
  const order = new Order();
  const position = { epoch: 'e', rev };
  const applied: number[] = [];
  const apply = (one: Envelope) => {
    applied.push(one.rev!);
    position.rev = one.rev!;
  };
  const take = (...events: Envelope[]) => events.map((one) => order.take(one, () => position, apply));
  return { order, position, applied, take, drain: () => order.drain(() => position, apply) };
}

describe('the order of a stream', () => {
  it('applies what follows, and nothing twice', () => {
    const { take, applied } = stream();
    expect(take(event(1), event(2), event(2), event(1), event(3))).toEqual([false, false, false, false, false]);
    expect(applied).toEqual([1, 2, 3]);
  });

  it('holds what came early until the rest is there, and says that it is missing', () => {
    const { take, applied } = stream();
    expect(take(event(1), event(4), event(3), event(2))).toEqual([false, true, true, false]);
    expect(applied).toEqual([1, 2, 3, 4]);
  });

  it('goes on after a resume with what came early', () => {
    const { take, applied, position, drain } = stream();
    take(event(5), event(6), event(9));
    position.rev = 5;
    expect(drain()).toBe(true);
    expect(applied).toEqual([6]);
  });

  it('takes nothing of another epoch', () => {
    const { take, applied } = stream(3);
    expect(take(event(4, 'other'))).toEqual([true]);
    expect(applied).toEqual([]);
  });

  it('holds no more than a resume would tell', () => {
    const { take, applied } = stream();
    take(...Array.from({ length: 1_000 }, (_, n) => event(n + 2)), event(1));
    expect(applied.length).toBe(301);
  });
});

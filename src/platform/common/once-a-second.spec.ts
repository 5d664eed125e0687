import { OncePerSecond } from './once-a-second.js';

describe('OncePerSecond', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: [] }));
  afterEach(() => jest.useRealTimers());

  it('tells the first at once, and of what follows the latest when a second is over', () => {
    const told: number[][] = [];
    const folded = new OncePerSecond<number>((news) => told.push(news));
    folded.add('a', 1);
    folded.add('b', 2);
    jest.advanceTimersByTime(1);
    expect(told).toEqual([[1, 2]]);
    for (let n = 3; n < 30; n++) folded.add('a', n);
    jest.advanceTimersByTime(800);
    expect(told).toHaveLength(1);
    jest.advanceTimersByTime(300);
    expect(told).toEqual([[1, 2], [29]]);
    // Long after, at once again.
    jest.advanceTimersByTime(5_000);
    folded.add('a', 30);
    jest.advanceTimersByTime(1);
    expect(told.at(-1)).toEqual([30]);
  });

  it('leaves no timer behind when there is nothing to tell, and none when it is stopped', () => {
    const folded = new OncePerSecond<number>(() => undefined);
    folded.add('a', 1);
    jest.advanceTimersByTime(3_000);
    expect(jest.getTimerCount()).toBe(0);
    folded.add('a', 1);
    folded.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});

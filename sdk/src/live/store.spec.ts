import { derived, valueOf } from './store.js';

describe('a store', () => {
  it('tells its listeners once for all that changed at once, and those that left nothing more', async () => {
    const store = valueOf(0);
    const told: string[] = [];
    const leave = store.subscribe(() => told.push(`a ${store.get()}`));
    store.subscribe(() => told.push(`b ${store.get()}`));
    store.set(1);
    store.set(2);
    await Promise.resolve();
    expect(told.splice(0)).toEqual(['a 2', 'b 2']);
    leave();
    store.set(3);
    await Promise.resolve();
    expect(told.splice(0)).toEqual(['b 3']);
    store.set(3);
    await Promise.resolve();
    expect(told).toEqual([]);
  });

  it('takes the same function twice for two listeners', async () => {
    const store = valueOf(0);
    const listener = jest.fn();
    const leave = store.subscribe(listener);
    store.subscribe(listener);
    leave();
    store.set(1);
    await Promise.resolve();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('works out what is asked for once, and again after a change', () => {
    const work = jest.fn(() => ({}));
    const store = derived(work);
    const first = store.get();
    expect([store.get() === first, work.mock.calls.length]).toEqual([true, 1]);
    store.changed();
    expect([store.get() === first, work.mock.calls.length]).toEqual([false, 2]);
  });
});

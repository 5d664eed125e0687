import { IDBFactory } from 'fake-indexeddb';
import { keeperOf, type Index } from './keeper.js';
import type { Kept } from './reduce.js';
import { IndexedDbStorage, MemoryStorage } from './storage.js';

beforeEach(() => void Object.assign(globalThis, { indexedDB: new IDBFactory() }));

describe.each([
  ['memory', () => new MemoryStorage()],
  ['IndexedDB', () => new IndexedDbStorage('of a test')],
])('storage in %s', (_, make) => {
  it('gives back what was put into it, until that is deleted', async () => {
    const storage = make();
    expect(await storage.get('a')).toBeUndefined();
    await storage.set('a', { b: [1, null, 'c'] });
    await storage.set('d', 2);
    expect([await storage.get('a'), await storage.get('d')]).toEqual([{ b: [1, null, 'c'] }, 2]);
    await storage.delete('a');
    expect(await storage.get('a')).toBeUndefined();
  });

  it('is not changed by what becomes of a value later on', async () => {
    const storage = make();
    const value = { list: [1] };
    await storage.set('a', value);
    value.list.push(2);
    expect(await storage.get('a')).toEqual({ list: [1] });
  });
});

describe('what is kept', () => {
  const index = {
    user_id: 'ann',
    epoch: 'e',
    rev: 3,
    rooms: ['r'],
    hidden: [],
    blocked: [],
    invites: [],
    notifications: [],
  } as Index;
  const kept = { epoch: 'e', rev: 7 } as Kept;
  const source = { kept: (id: string) => (id === 'r' ? kept : undefined), index: () => index };

  it('is there again, rooms and index', async () => {
    const storage = new MemoryStorage();
    const keeper = keeperOf(storage, source);
    keeper.changed('r');
    keeper.changed();
    await keeper.flush();
    const found = await keeperOf(storage, source).load();
    expect([found?.index.rev, found?.rooms.get('r')]).toEqual([3, kept]);
  });

  it('is nothing when a room of it is missing: who knows where the user stands would never hear of that room', async () => {
    const storage = new MemoryStorage();
    const keeper = keeperOf(storage, source);
    keeper.changed();
    await keeper.flush();
    expect(await keeper.load()).toBeNull();
  });

  it('is nothing when it could not be written whole', async () => {
    const storage = new MemoryStorage();
    const full = {
      get: (key: string) => storage.get(key),
      delete: (key: string) => storage.delete(key),
      set: () => Promise.reject(new Error('full')),
    };
    await storage.set('index', index);
    const keeper = keeperOf(full, source);
    keeper.changed('r');
    await keeper.flush();
    expect(await keeper.load()).toBeNull();
  });
});

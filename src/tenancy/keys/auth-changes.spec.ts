import { AuthChanges, type Revocation } from './auth-changes.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { AuthChange, AuthChangesRepository } from './auth-changes.repository.js';

const change = (id: number, over: Partial<AuthChange> = {}): AuthChange => ({
  id,
  client_id: 'c',
  key_id: `k${id}`,
  revoked: true,
  ends_in_ms: null,
  ...over,
});

describe('changes of keys', () => {
  let answer: () => { now: string; changes: AuthChange[] };
  const asked: { since: string | null; seen: number[] }[] = [];
  const repository = {
    read: async (since: string | null, seen: number[]) => {
      asked.push({ since, seen });
      return answer();
    },
  } as unknown as AuthChangesRepository;
  let changes: AuthChanges;
  let told: Revocation[];

  beforeEach(() => {
    asked.length = 0;
    changes = new AuthChanges(repository, { register: () => {} } as unknown as ClientsService);
    told = [];
    changes.onRevoked((revocation) => told.push(revocation));
  });

  it('are told once, and not asked for again', async () => {
    answer = () => ({ now: 't1', changes: [change(7)] });
    await changes.poll();
    answer = () => ({ now: 't2', changes: [] });
    await changes.poll();
    expect(told).toEqual([{ clientId: 'c', keyId: 'k7' }]);
    expect(asked).toEqual([
      { since: null, seen: [] },
      { since: 't1', seen: [7] },
    ]);
  });

  it('are asked for each half second, so that they are told within one', async () => {
    jest.useFakeTimers();
    try {
      answer = () => ({ now: 't1', changes: [] });
      await changes.onModuleInit();
      await jest.advanceTimersByTimeAsync(2_000);
      expect(asked).toHaveLength(5);
      await changes.onModuleDestroy();
    } finally {
      jest.useRealTimers();
    }
  });

  it('are asked for from the last answer on, however long the database was away', async () => {
    answer = () => ({ now: 't1', changes: [] });
    await changes.poll();
    expect(changes.trusted()).toBe(true);
    answer = () => {
      throw new Error('away');
    };
    await changes.poll();
    await changes.poll();
    answer = () => ({ now: 't9', changes: [change(1)] });
    await changes.poll();
    expect(asked.map(({ since }) => since)).toEqual([null, 't1', 't1', 't1']);
    expect(told).toHaveLength(1);
  });

  it('are not believed to be none while the database is away', async () => {
    jest.useFakeTimers();
    try {
      expect(changes.trusted()).toBe(false);
      answer = () => ({ now: 't1', changes: [] });
      await changes.poll();
      jest.advanceTimersByTime(999);
      expect(changes.trusted()).toBe(true);
      jest.advanceTimersByTime(1);
      expect(changes.trusted()).toBe(false);
    } finally {
      jest.useRealTimers();
    }
  });

  it('of a client are told as such; what is no revocation closes nothing', async () => {
    const seen: AuthChange[][] = [];
    changes.onChanged((batch) => seen.push(batch));
    const renamed = change(1, { key_id: null, revoked: false });
    const suspended = change(2, { key_id: null });
    answer = () => ({ now: 't1', changes: [renamed, suspended] });
    const version = changes.version;
    await changes.poll();
    expect(told).toEqual([{ clientId: 'c', keyId: null }]);
    expect(seen).toEqual([[renamed, suspended]]);
    expect(changes.version).toBe(version + 1);
  });

  it('that end a key later are told when it ends', async () => {
    jest.useFakeTimers();
    try {
      answer = () => ({ now: 't1', changes: [change(1, { revoked: false, ends_in_ms: 300 })] });
      await changes.poll();
      expect(told).toEqual([]);
      jest.advanceTimersByTime(300);
      answer = () => ({ now: 't2', changes: [] });
      await changes.poll();
      await changes.poll();
      expect(told).toEqual([{ clientId: 'c', keyId: 'k1' }]);
    } finally {
      jest.useRealTimers();
    }
  });
});

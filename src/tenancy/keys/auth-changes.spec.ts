import { AuthChanges, type Revocation } from './auth-changes.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { AuthChange, AuthChangesRepository } from './auth-changes.repository.js';

const change = (id: number, over: Partial<AuthChange> = {}): AuthChange => ({
  id,
  tx: BigInt(id),
  client_id: 'c',
  key_id: `k${id}`,
  revoked: true,
  ends_in_ms: null,
  ...over,
});

describe('changes of keys', () => {
  let answer: () => { next: bigint; changes: AuthChange[] };
  let history: number;
  const asked: { since: bigint | null; seen: number[] }[] = [];
  const repository = {
    get history() {
      return history;
    },
    read: async (since: bigint | null, seen: number[]) => {
      asked.push({ since, seen });
      return answer();
    },
  } as unknown as AuthChangesRepository;
  let changes: AuthChanges;
  let told: Revocation[];

  beforeEach(() => {
    asked.length = 0;
    history = 1;
    changes = new AuthChanges(repository, { register: () => {} } as unknown as ClientsService);
    told = [];
    changes.onRevoked((revocation) => told.push(revocation));
  });

  it('are told once, and told apart from new ones for as long as they would be found again', async () => {
    answer = () => ({ next: 5n, changes: [change(4), change(7)] });
    await changes.poll();
    answer = () => ({ next: 8n, changes: [change(6)] });
    await changes.poll();
    answer = () => ({ next: 9n, changes: [] });
    await changes.poll();
    expect(told.map(({ keyId }) => keyId)).toEqual(['k4', 'k7', 'k6']);
    expect(asked).toEqual([
      { since: null, seen: [] },
      { since: 5n, seen: [7] },
      { since: 8n, seen: [] },
    ]);
  });

  it('are asked for once for all who come while a look is under way', async () => {
    answer = () => ({ next: 1n, changes: [] });
    await Promise.all(Array.from({ length: 50 }, () => changes.poll()));
    expect(asked).toHaveLength(2);
    await changes.poll();
    expect(asked).toHaveLength(3);
  });

  it('are all asked for again when the database has another history', async () => {
    answer = () => ({ next: 900n, changes: [] });
    await changes.poll();
    history = 2;
    answer = () => ({ next: 12n, changes: [change(3)] });
    await changes.poll();
    answer = () => ({ next: 13n, changes: [] });
    await changes.poll();
    expect(asked.map(({ since }) => since)).toEqual([null, 0n, 12n]);
    expect(told).toHaveLength(1);
  });

  it('are asked for each half second, so that they are told within one', async () => {
    jest.useFakeTimers();
    try {
      answer = () => ({ next: 1n, changes: [] });
      await changes.onModuleInit();
      await jest.advanceTimersByTimeAsync(2_000);
      expect(asked).toHaveLength(5);
      await changes.onModuleDestroy();
    } finally {
      jest.useRealTimers();
    }
  });

  it('are asked for from the last answer on, however long the database was away', async () => {
    answer = () => ({ next: 1n, changes: [] });
    await changes.poll();
    expect(changes.trusted()).toBe(true);
    answer = () => {
      throw new Error('away');
    };
    await changes.poll();
    await changes.poll();
    answer = () => ({ next: 9n, changes: [change(1)] });
    await changes.poll();
    expect(asked.map(({ since }) => since)).toEqual([null, 1n, 1n, 1n]);
    expect(told).toHaveLength(1);
  });

  it('are not believed to be none while the database is away', async () => {
    jest.useFakeTimers();
    try {
      expect(changes.trusted()).toBe(false);
      answer = () => ({ next: 1n, changes: [] });
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
    answer = () => ({ next: 1n, changes: [renamed, suspended] });
    const version = changes.version;
    await changes.poll();
    expect(told).toEqual([{ clientId: 'c', keyId: null }]);
    expect(seen).toEqual([[renamed, suspended]]);
    expect(changes.version).toBe(version + 1);
  });

  it('that end a key later are told when it ends', async () => {
    jest.useFakeTimers();
    try {
      answer = () => ({ next: 1n, changes: [change(1, { revoked: false, ends_in_ms: 300 })] });
      await changes.poll();
      expect(told).toEqual([]);
      jest.advanceTimersByTime(300);
      answer = () => ({ next: 2n, changes: [] });
      await changes.poll();
      await changes.poll();
      expect(told).toEqual([{ clientId: 'c', keyId: 'k1' }]);
    } finally {
      jest.useRealTimers();
    }
  });
});

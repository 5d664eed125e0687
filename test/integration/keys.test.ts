import bcrypt from 'bcrypt';
import { Database } from '../../src/platform/database/database.js';
import { AuthChanges, type Revocation } from '../../src/tenancy/keys/auth-changes.js';
import { AuthChangesRepository } from '../../src/tenancy/keys/auth-changes.repository.js';
import { KeysRepository } from '../../src/tenancy/keys/keys.repository.js';
import { KeysService } from '../../src/tenancy/keys/keys.service.js';
import { NestApp } from '../support/nest-app.js';
import { TestRedis } from '../support/redis.js';
import { watchStatements } from '../support/statements.js';
import { until } from '../support/until.js';

describe('keys', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start({ env: { FAILED_KEYS_PER_MINUTE: '1000' } });
  });
  afterAll(() => app.stop());
  afterEach(() => jest.restoreAllMocks());

  const me = (key: string) => app.request('GET', '/clients/me', { key });

  it('are known without a look-up once verified, and not when this node hears nothing', async () => {
    const client = await app.client();
    const keys = app.get(KeysService);
    expect(keys.recall(client.key)).toBeNull();
    await keys.authenticate(client.key);
    const changes = app.get(AuthChanges) as unknown as { confirmedAt: number };
    changes.confirmedAt = performance.now();
    expect(keys.recall(client.key)).toMatchObject({ kind: 'master', clientId: client.id });

    changes.confirmedAt = performance.now() - 1_001;
    expect(keys.recall(client.key)).toBeNull();
    expect(await keys.authenticate(client.key)).toMatchObject({ clientId: client.id });
  });

  it('that come together and are not known yet are looked up together, each answered by its own', async () => {
    const [ours, theirs] = [await app.client(), await app.client()];
    const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];
    const keys = await Promise.all(people.map(async (name) => (await ours.login(name)).key));
    const foreign = await theirs.login('alice');
    const repository = app.get(KeysRepository);
    const refsOf = (key: string) => key.split('_').slice(2, 4) as [string, string];
    const asked = watchStatements();
    const found = await Promise.all([
      ...[...keys, foreign.key].map((key) => repository.findByRefs(...refsOf(key))),
      repository.findByRefs(refsOf(foreign.key)[0], refsOf(keys[0]!)[1]),
    ]);
    expect(asked(/from .*unnest.*cross join lateral \(select \* from clients where ref/s)).toHaveLength(1);
    expect(found.map((state) => state && [state.client_id, state.user_id])).toEqual([
      ...people.map((name) => [ours.id, name]),
      [theirs.id, 'alice'],
      null,
    ]);
  });

  it('are looked at twice a second without a plan of its own for each look', async () => {
    const plans = () =>
      app
        .get(Database)
        .forKeys.query<{ kept: number; anew: number }>(
          `select generic_plans::int as kept, custom_plans::int as anew from pg_prepared_statements where name = 'auth_changes.read'`,
        );
    const [{ kept, anew }] = await until('a look by this connection', async () => {
      const found = await plans();
      return found.length > 0 && (found as [{ kept: number; anew: number }]);
    });
    expect(kept).toBeGreaterThan(0);
    expect(anew).toBe(0);
  });

  it('that changed go on, whether they expire or not; those of a client that is gone end', async () => {
    const client = await app.client();
    const keys = [await client.login('alice'), await client.login('bob', { expires_in: 3_600 })];
    const repository = app.get(AuthChangesRepository);
    const { next } = await repository.read(null, []);
    const names = () => keys.map(({ key_id }) => key_id);
    const database = app.get(Database);
    const seen = async () => {
      const { changes } = await repository.read(next, []);
      return new Map(changes.filter((one) => one.client_id === client.id).map((one) => [one.key_id, one.revoked]));
    };
    await database.transaction(async (tx) => repository.insert(tx, client.id, [...names(), null]));
    expect([...(await seen()).values()]).toEqual([false, false, false]);
    await database.execute('delete from clients where id = $1', [client.id]);
    expect([...(await seen()).values()]).toEqual([true, true, true]);
  });

  it('that ended while they were being read let nobody in who came after', async () => {
    const client = await app.client();
    const alice = await client.login('alice');
    const repository = app.get(KeysRepository);
    const find = repository.findByRefs.bind(repository);
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let reads = 0;
    jest.spyOn(repository, 'findByRefs').mockImplementation(async (...refs) => {
      const state = await find(...refs);
      if (reads++ === 0) await gate;
      return state;
    });
    const before = app.get(KeysService).authenticate(alice.key);
    await until('it to be read', () => reads === 1);
    expect((await client.request('POST', '/auth/logout', { body: { user_id: 'alice' } })).status).toBe(200);
    const after = app.get(KeysService).authenticate(alice.key);
    letGo();
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'invalid_key' }) };
    expect(await Promise.allSettled([before, after])).toEqual([refused, refused]);
  });

  it('end by the next look after the commit elsewhere, whatever the order of the commits', async () => {
    const client = await app.client();
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const looks = jest.spyOn(app.get(AuthChangesRepository), 'read').mock.calls;
    const told = new Map<string | null, number>();
    app.get(AuthChanges).onRevoked(({ keyId }) => told.set(keyId, looks.length));
    await alice.request('GET', '/users/me');
    await bob.request('GET', '/users/me');
    // As another node does it: the transaction that took the lower id commits last.
    const revoke = 'update api_keys set revoked_at = clock_timestamp() where id = $1';
    const announce = 'insert into auth_changes (client_id, key_id) values ($1, $2)';
    const database = app.get(Database);
    await database.transaction(async (tx) => {
      await tx.execute(announce, [client.id, alice.key_id]);
      await tx.execute(revoke, [alice.key_id]);
      await database.transaction(async (inner) => {
        await inner.execute(revoke, [bob.key_id]);
        await inner.execute(announce, [client.id, bob.key_id]);
      });
      await until('the key of the first commit to end', () => told.has(bob.key_id));
      expect((await bob.request('GET', '/users/me')).status).toBe(401);
      expect((await alice.request('GET', '/users/me')).status).toBe(200);
    });
    const before = looks.length;
    await until('its sockets to be told', () => told.has(alice.key_id));
    expect(told.get(alice.key_id)).toBeLessThanOrEqual(before + 1);
    expect((await alice.request('GET', '/users/me')).status).toBe(401);
  });

  it('end by the look after the commit, also when that comes long after the change was written', async () => {
    const client = await app.client();
    const alice = await client.login('alice');
    await alice.request('GET', '/users/me');
    const looks = jest.spyOn(app.get(AuthChangesRepository), 'read').mock.calls;
    const told = new Set<string | null>();
    app.get(AuthChanges).onRevoked(({ keyId }) => told.add(keyId));
    const bob = await client.login('bob');
    await app.get(Database).transaction(async (tx) => {
      await tx.execute('update api_keys set revoked_at = clock_timestamp() where id = $1', [alice.key_id]);
      const written = "clock_timestamp() - interval '1 hour'";
      const announce = `insert into auth_changes (client_id, key_id, created_at) values ($1, $2, ${written})`;
      await tx.execute(announce, [client.id, alice.key_id]);
      const before = looks.length;
      // Others' changes are heard meanwhile, and once.
      await client.request('DELETE', `/clients/scoped-keys/${bob.key_id}`);
      await until('a few looks', () => looks.length > before + 3);
      expect([told.has(alice.key_id), told.has(bob.key_id)]).toEqual([false, true]);
    });
    await until('the key to end', () => told.has(alice.key_id));
    expect((await alice.request('GET', '/users/me')).status).toBe(401);
  });

  it('are read again for every request while changes cannot be heard', async () => {
    const client = await app.client();
    const alice = await client.login('alice');
    const works = async () => (await alice.request('GET', '/users/me')).status === 200;
    expect(await works()).toBe(true);
    // Not by putting the clock back: a look that is under way would put it right again.
    jest.spyOn(app.get(AuthChanges), 'trusted').mockReturnValue(false);
    await app.sql('update api_keys set revoked_at = clock_timestamp() where id = $1', [alice.key_id]);
    expect(await works()).toBe(false);
  });

  it('of a suspended client end in one announcement, and a renamed one’s not at all', async () => {
    const client = await app.client();
    const told: Revocation[] = [];
    app.get(AuthChanges).onRevoked((revocation) => told.push(revocation));
    await app.admin().request('PATCH', `/clients/${client.id}`, { body: { name: 'Late payer' } });
    expect(told).toEqual([]);
    await app.admin().request('POST', `/clients/${client.id}/suspend`);
    expect(told).toEqual([{ clientId: client.id, keyId: null }]);
  });

  it('of a user with a new name are announced while they live, and not once they expired', async () => {
    const client = await app.client();
    const [expired, live] = [
      await client.login('alice', { device_id: 'a' }),
      await client.login('alice', { device_id: 'b' }),
    ];
    await app.sql('update api_keys set expires_at = clock_timestamp() where id = $1', [expired.key_id]);
    const announced = async () => {
      const news = await app.sql('delete from auth_changes where client_id = $1 returning key_id', [client.id]);
      return news.map(({ key_id }) => key_id as string);
    };
    await announced();
    await client.login('alice', { device_id: 'c', display_name: 'Alice' });
    expect(await announced()).toEqual([live.key_id]);
    await client.request('PUT', '/users/alice', { body: { display_name: 'Alice B.' } });
    const named = await announced();
    expect(named).toContain(live.key_id);
    expect(named).not.toContain(expired.key_id);
  });

  it('seen for the first time by many requests cost one read, and after a change no second bcrypt', async () => {
    const client = await app.client();
    const read = jest.spyOn(app.get(KeysRepository), 'findByRefs');
    const compare = jest.spyOn(bcrypt, 'compare');
    // Where looks for changes take a second, keys are read again for that.
    jest.spyOn(app.get(AuthChanges), 'trusted').mockReturnValue(true);
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, () => me(client.key)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect([read.mock.calls.length, compare.mock.calls.length]).toEqual([1, 1]);
      await client.request('PATCH', '/clients/me', { body: { name: 'Changed' } });
      expect((await me(client.key)).status).toBe(200);
      expect([read.mock.calls.length, compare.mock.calls.length]).toEqual([2, 1]);
      for (const key of ['junk', 'ck_master_aaaaaaaaaaaa_aaaaaaaaaaaa_' + 'a'.repeat(49)]) await me(key);
      expect([read.mock.calls.length, compare.mock.calls.length]).toEqual([2, 1]);
    } finally {
      read.mockRestore();
      compare.mockRestore();
    }
  });
});

describe('in a cluster', () => {
  it('keys end on every node by its next look for changes', async () => {
    const redis = await TestRedis.start();
    const env = { REDIS_URL: redis.url };
    const one = await NestApp.start({ env });
    const two = await NestApp.start({ env, database: one.database });
    try {
      const client = await one.client();
      const alice = await client.login('alice');
      const onTwo = () => two.request('GET', '/users/me', { key: alice.key });
      expect((await onTwo()).status).toBe(200);
      // auth-changes.spec.ts says how often a node looks.
      const looks = jest.spyOn(two.get(AuthChangesRepository), 'read').mock.calls;
      const told = new Map<string | null, number>();
      two.get(AuthChanges).onRevoked(({ keyId }) => told.set(keyId, looks.length));

      await client.request('POST', '/auth/logout', { body: { user_id: 'alice' } });
      const before = looks.length;
      await until('the other node to refuse', async () => (await onTwo()).status === 401);
      await until('its sockets to be told', () => told.has(alice.key_id));
      expect(told.get(alice.key_id)).toBeLessThanOrEqual(before + 1);
    } finally {
      await two.stop();
      await one.stop();
      await redis.stop();
    }
  });
});

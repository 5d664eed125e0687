import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../src/platform/common/key-ring.js';
import { rotateKeys } from '../../src/platform/database/key-rotation.js';
import { allSealedColumns } from '../../src/platform/database/sealed-columns.js';
import { Database } from '../../src/platform/database/database.js';
import { UnsubscribeLinks, type UnsubscribeTarget } from '../../src/engine/suppressions/unsubscribe-links.js';
import { newId } from '../../src/platform/common/ids.js';
import { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { TestDatabase } from '../support/postgres.js';

const text = (id: string, key = randomBytes(32)) => `${id}:${key.toString('base64')}`;
const TARGET: UnsubscribeTarget = {
  client_id: newId(),
  delivery_id: newId(),
  channel: 'email',
  address: 'carol@example.com',
  category: null,
  user_pk: null,
};
const [OLD, NEW] = [text('old'), text('new')];
const ringOf = (...keys: string[]) =>
  new KeyRing(
    keys.map((one) => ({ id: one.split(':')[0]!, key: Buffer.from(one.slice(one.indexOf(':') + 1), 'base64') })),
  );

/** Columns of any table in which something lies that a key of this name encrypted. */
async function columnsWith(app: NestApp, id: string): Promise<string[]> {
  const columns = await app.sql(
    `select c.table_name as "table", c.column_name as "column" from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'jsonb')`,
  );
  const found: string[] = [];
  for (const { table, column } of columns) {
    const rows = await app.sql(
      `select 1 from "${table}" where "${column}"::text ~ '(^|")${id}:[A-Za-z0-9+/]{38,}={0,2}("|$)' limit 1`,
    );
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found.toSorted();
}

describe('the rotation of encryption keys', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());

  const withKeys = async <T>(keys: string, work: (app: NestApp) => Promise<T>): Promise<T> => {
    const app = await NestApp.start({ env: { ENCRYPTION_KEYS: keys }, database });
    try {
      return await work(app);
    } finally {
      await app.stop();
    }
  };

  const config = { host: 'smtp.example.com', port: 587, secure: false, username: 'u', password: 'hunter2' };
  const providers = '/clients/me/email-providers?verify=false';
  const keyed = (n: number) => ({ headers: { 'idempotency-key': `k${n}` }, body: { name: `key ${n}` } });

  it('overwrites nothing that was changed since it was read', async () => {
    await withKeys(`${NEW},${OLD}`, async (app) => {
      const client = await app.client();
      const { body } = await client.request('POST', providers, {
        body: { name: 'p', provider_type: 'smtp', from_email: 'a@example.com', config },
      });
      const [{ id }] = await app.sql('select id from providers where client_id = $1', [client.id]);
      expect(body.name).toBe('p');
      const context = `provider:${client.id}:${id}`;
      const put = (key: string, password: string) =>
        app.sql('update providers set config = $2 where id = $1', [
          id,
          ringOf(key).encrypt(JSON.stringify({ ...config, password }), context),
        ]);
      const database = app.get(Database);
      const only = allSealedColumns().filter(({ table }) => table === 'providers');
      /** @param change is made when everything was read, before the first of it is written; and so on */
      const rotated = async (change: (times: number) => Promise<unknown>) => {
        let times = 0;
        const racing = {
          query: database.query.bind(database),
          execute: async (...args: Parameters<Database['execute']>) => {
            await change(times++);
            return database.execute(...args);
          },
        };
        const results = await rotateKeys(racing as unknown as Database, ringOf(NEW, OLD), only);
        const [row] = await app.sql('select config from providers where id = $1', [id]);
        const { password } = JSON.parse(ringOf(NEW, OLD).decrypt(row.config, context));
        return [results.find(({ column }) => column === 'config'), row.config.split(':')[0], password];
      };
      await put(OLD, 'first');
      expect(await rotated(async (times) => times === 0 && put(NEW, 'by another'))).toMatchObject([
        { rotated: 0, left: 0 },
        'new',
        'by another',
      ]);
      // Of a process that has not heard of the new key.
      await put(OLD, 'first');
      expect(await rotated(async (times) => times === 0 && put(OLD, 'by an old one'))).toMatchObject([
        { rotated: 1, left: 0 },
        'new',
        'by an old one',
      ]);
      await put(OLD, 'first');
      expect(await rotated((times) => put(OLD, `again ${times}`))).toMatchObject([
        { rotated: 0, left: 1 },
        'old',
        'again 4',
      ]);
    });
    await database.query('delete from providers');
    await database.query('delete from link_keys');
  });

  it('goes on while secrets are read and written, can be broken off, and leaves nothing of the old key', async () => {
    const seen = await withKeys(OLD, async (app) => {
      const client = await app.client();
      for (let n = 0; n < 5; n++) {
        const body = { name: `p${n}`, provider_type: 'smtp', from_email: 'a@example.com', config };
        expect((await client.request('POST', providers, { body })).status).toBe(201);
      }
      await client.request('POST', '/clients/me/signing-secret/rotate', { body: {} });
      const room = await client.master('ann').request('POST', '/rooms', { body: { room_type: 'group', name: 'r' } });
      const invite = await client
        .master('ann')
        .request('POST', `/rooms/${room.body.id}/invites`, { body: { kind: 'link' } });
      const made = await client.request('POST', '/clients/me/keys', keyed(0));
      const { body: secret } = await client.request('GET', '/clients/me/signing-secret');
      // More than one batch.
      await app.sql(
        `insert into idempotency_keys (client_id, scope, fingerprint, lease_until, expires_at, status, body)
         select client_id, decode(lpad(n::text, 64, '0'), 'hex'), fingerprint, lease_until, expires_at, status, 'lost:AAAA'
           from idempotency_keys, generate_series(1, 3) n where client_id = $1`,
        [client.id],
      );
      const link = new URL(app.get(UnsubscribeLinks).urlFor(TARGET)).pathname.slice('/u/'.length);
      return { client, room: room.body.id, code: invite.body.code, made: made.body, secret, link };
    });

    await withKeys(`${NEW},${OLD}`, async (app) => {
      const before = await columnsWith(app, 'old');
      // What lies there encrypted is declared, or it would be lost.
      const declared = allSealedColumns().flatMap(({ table, columns }) =>
        columns.map((column) => `${table}.${column}`),
      );
      expect(before.length).toBeGreaterThanOrEqual(5);
      expect(before.filter((column) => !declared.includes(column))).toEqual([]);
      const rotate = (afterBatch = () => {}) =>
        rotateKeys(app.get(Database), ringOf(NEW, OLD), allSealedColumns(), afterBatch);
      const client = new TestClient(app, seen.client.created);

      const broken = new Error('ended');
      await expect(
        rotate(() => {
          throw broken;
        }),
      ).rejects.toBe(broken);

      let running = true;
      let written = 0;
      const work = async (worker: number) => {
        for (let n = 0; running || n < 3; n++) {
          const change = { config: { ...config, password: `changed ${worker} ${n}` } };
          const answers = await Promise.all([
            client.request('PATCH', `/clients/me/email-providers/p${worker}?verify=false`, { body: change }),
            client.request('GET', '/clients/me/email-providers'),
            client.request('GET', '/clients/me/signing-secret'),
            client.request('POST', '/clients/me/keys', keyed(0)),
            client.master('ann').request('POST', `/rooms/${seen.room}/invites`, { body: { kind: 'link' } }),
          ]);
          expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 201, 201]);
          expect(answers[3].body).toEqual(seen.made);
          written++;
        }
      };
      const workers = [0, 1, 2].map(work);
      const results = await rotate();
      running = false;
      await Promise.all(workers);
      expect(written).toBeGreaterThanOrEqual(9);
      const sum = (of: 'rotated' | 'unreadable' | 'left') => results.reduce((all, result) => all + result[of], 0);
      expect(sum('rotated')).toBeGreaterThanOrEqual(4);
      expect([sum('left'), sum('unreadable')]).toEqual([0, 3]);
      expect(await columnsWith(app, 'old')).toEqual([]);
      expect((await rotate()).reduce((all, { rotated }) => all + rotated, 0)).toBe(0);
      // What was changed meanwhile is what it was changed to.
      const stored = await app.sql('select id, config from providers where client_id = $1 order by name', [client.id]);
      const passwords = stored.map(
        ({ id, config: sealed }: any) =>
          JSON.parse(ringOf(NEW).decrypt(sealed, `provider:${client.id}:${id}`)).password,
      );
      for (const worker of [0, 1, 2]) expect(passwords[worker]).toMatch(new RegExp(`^changed ${worker} `));
      expect(passwords.slice(3)).toEqual(['hunter2', 'hunter2']);
    });

    await withKeys(NEW, async (app) => {
      const client = new TestClient(app, seen.client.created);
      // Mail that was sent long ago has links.
      expect(app.get(UnsubscribeLinks).read(seen.link)).toEqual(TARGET);
      expect((await client.request('GET', '/clients/me/signing-secret')).body).toEqual(seen.secret);
      expect((await client.request('GET', '/clients/me/email-providers')).body.data[0].config.host).toBe(config.host);
      const again = await client.request('POST', '/clients/me/keys', keyed(0));
      expect([again.headers.get('idempotency-replayed'), again.body]).toEqual(['true', seen.made]);
      const invites = await client.master('ann').request('GET', `/rooms/${seen.room}/invites?limit=100`);
      expect(invites.body.data.map(({ code }: any) => code)).toContain(seen.code);
    });
  });
});

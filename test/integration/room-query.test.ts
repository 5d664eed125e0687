import { Database } from '../../src/platform/database/database.js';
import { IN_INDEX_ORDER } from '../../src/platform/database/in-index-order.js';
import { NestApp } from '../support/nest-app.js';
import { watchStatements, type Statement } from '../support/statements.js';

const ROOMS = 60_000;
const OF_ANN = 5_000;

describe('finding rooms among many', () => {
  let app: NestApp;
  let client: Awaited<ReturnType<NestApp['client']>>;

  beforeAll(async () => {
    app = await NestApp.start();
    client = await app.client();
    await client.login('ann');
    await client.login('ben');
    await app.sql(
      `insert into rooms (client_id, id, room_type, name, slug, max_members, last_seq, last_message_at, created_at, last_active_day, metadata)
       select $1, gen_random_uuid(), 'group', 'R' || n % 100, 'r-' || n, 10, 1, now() - n * interval '1 minute', now() - n * interval '1 minute',
              current_date - n % 300, jsonb_build_object('n', n)
         from generate_series(1, ${ROOMS}) n`,
      [client.id],
    );
    await app.sql(
      `insert into messages (client_id, room_id, seq, id, rev, sender_type, content_type, content, created_at, updated_at)
       select client_id, id, 1, gen_random_uuid(), 1, 'client', 'text', 'x', created_at, created_at from rooms where client_id = $1`,
      [client.id],
    );
    const join = (user: string, count: number) =>
      app.sql(
        `insert into room_members (client_id, room_id, user_pk)
         select r.client_id, r.id, u.user_pk from rooms r join users u on u.client_id = r.client_id and u.user_id = $2
          where r.client_id = $1 order by r.id limit $3`,
        [client.id, user, count],
      );
    await join('ann', OF_ANN);
    await join('ben', 50);
    await app.sql('analyze');
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  const query = (body: object, user?: string) => client.master(user).request('POST', '/rooms/query', { body });
  /** What a page asks of the database's tables of messaging; what runs beside it writes to them. */
  const statementsOf = async (body: object, user?: string): Promise<Statement[]> => {
    const asked = watchStatements();
    expect((await query(body, user)).status).toBe(200);
    const statements = asked(/\b(from|join) (rooms r|room_members|messages m)\b/);
    jest.restoreAllMocks();
    return statements;
  };
  /** How many pages PostgreSQL looks at, and how. */
  const costOf = async ({ text, values }: Statement): Promise<{ pages: number; plan: string }> => {
    const db = await app.get(Database).pool.connect();
    try {
      await db.query('begin');
      await db.query(IN_INDEX_ORDER);
      const { rows } = await db.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, buffers, timing off) ${text}`,
        values,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      const [, hit, read] = /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(plan)!;
      return { pages: Number(hit ?? 0) + Number(read ?? 0), plan };
    } finally {
      await db.query('rollback');
      db.release();
    }
  };

  it('takes as many queries for a hundred rooms as for one', async () => {
    const [one, many] = [
      await statementsOf({ limit: 1 }, 'ann'),
      await statementsOf({ limit: 100, members_limit: 10 }, 'ann'),
    ];
    expect(many.length).toBe(one.length);
    expect(many.length).toBeLessThanOrEqual(4);
  });

  it("looks at a user's rooms by the user's index, and at no others", async () => {
    for (const [user, rooms] of [
      ['ann', OF_ANN],
      ['ben', 50],
    ] as const) {
      const [places] = await statementsOf({ sort: [{ unread: 'desc' }], filter: { 'metadata.n': { $gt: 5 } } }, user);
      const { pages, plan } = await costOf(places!);
      expect(plan).not.toMatch(/Seq Scan/);
      expect([user, pages < rooms * 12 + 200]).toEqual([user, true]);
    }
  });

  it.each(['created_at', 'last_active_day'])(
    "reads through a bounded part of a client's rooms, in the order of an index: %s",
    async (field) => {
      const body = { sort: [{ [field]: 'desc' }], filter: { name: 'nowhere' } };
      const statements = await statementsOf(body);
      const { pages, plan } = await costOf(statements.find(({ text }) => text.includes('seen'))!);
      expect(plan).toMatch(/Limit[^\n]*rows=5000[\s\S]*Index Scan Backward using rooms_by_/);
      expect(pages).toBeLessThan(20_000);
      // Page after page comes to the end, and finds what is there.
      let cursor: string | undefined;
      let asked = 0;
      const found: string[] = [];
      do {
        const { body: page } = await query({ ...body, filter: { 'metadata.n': { $in: [7, 30_000, ROOMS] } }, cursor });
        found.push(...page.data.map(({ metadata }: any) => metadata.n));
        cursor = page.page.next_cursor ?? undefined;
        asked++;
      } while (cursor);
      expect(asked).toBe(ROOMS / 5_000 + 1);
      expect(found.toSorted((a, b) => Number(a) - Number(b))).toEqual([7, 30_000, ROOMS]);
    },
  );

  it.each([
    ['a slug', { slug: 'r-17' }, 1],
    ['a member', { member: 'ben' }, 50],
    ['members', { member: { $in: ['ben', 'nobody'] }, room_type: 'group' }, 50],
  ])('finds by an index what names %s', async (_, filter, count) => {
    const statements = await statementsOf({ filter, limit: 100 });
    expect((await query({ filter, limit: 100 })).body.data).toHaveLength(count);
    const { pages, plan } = await costOf(statements.find(({ text }) => text.includes('seen'))!);
    expect(plan).not.toMatch(/Seq Scan/);
    expect(pages).toBeLessThan(1_000);
  });
});

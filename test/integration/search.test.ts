import { SearchIndexRepository } from '../../src/messaging/search/search-index.repository.js';
import type { SearchHitDto } from '../../src/messaging/search/search.dto.js';
import { SearchRepository } from '../../src/messaging/search/search.repository.js';
import { Database } from '../../src/platform/database/database.js';
import type { TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { NestApp } from '../support/nest-app.js';
import { watchStatements, type Statement } from '../support/statements.js';
import { until } from '../support/until.js';

const COUNT = 3_000;

let app: NestApp;
let client: TestClient;
let roomId: string;

/** Messages over the last four months, the first of them oldest; each tenth says more. */
async function fill(): Promise<void> {
  const rows = await app.sql<{ id: string }>(
    `insert into messages (client_id, room_id, seq, id, rev, sender_type, content_type, content, created_at, updated_at)
     select $1, $2, n, gen_random_uuid(), n, 'client', 'text',
            'message of the day ' || n || case when n % 10 = 0 then ' tenthword' else '' end
              || case when n = 7 then ' with a needle in it' else '' end,
            date_trunc('milliseconds', now() - make_interval(secs => ($3 - n) * 3400.0)), now()
       from generate_series(1, $3::integer) n returning id`,
    [client.id, roomId, COUNT],
  );
  // As if they had been sent: the next one takes the next place.
  await app.sql('update rooms set last_seq = last_seq + $2, last_rev = last_rev + $2 where id = $1', [
    roomId,
    COUNT + 1,
  ]);
  const index = app.get(SearchIndexRepository);
  const keys = rows.map(({ id }) => ({ client_id: client.id, id }));
  for (let at = 0; at < keys.length; at += 1_000) {
    await app.get(Database).transaction((tx) => index.refresh(tx, keys.slice(at, at + 1_000)));
  }
  // As it does by itself within a minute: of a month that is believed to be empty all is sorted.
  await app.sql('analyze message_search');
}

beforeAll(async () => {
  app = await NestApp.start();
  client = await app.client();
  roomId = (await makeRoom(client, ['alice'])).id;
  await fill();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app.stop());

const search = async (q: string, more = '', as?: string): Promise<{ data: SearchHitDto[]; next: string | null }> => {
  const answer = await client.master(as).request('GET', `/messages/search?q=${encodeURIComponent(q)}${more}`);
  const { data, page } = ok(answer);
  return { data, next: page.next_cursor };
};

const seqs = ({ data }: { data: SearchHitDto[] }): number[] => data.map(({ message }) => message.seq);

async function all(q: string): Promise<number[]> {
  const found: number[] = [];
  let next: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof search>> = await search(
      q,
      `&limit=90${next === null ? '' : `&cursor=${next}`}`,
    );
    found.push(...seqs(page));
    next = page.next;
  } while (next !== null);
  return found;
}

const TENTHS = Array.from({ length: COUNT / 10 }, (_, n) => COUNT - n * 10);

describe('a search', () => {
  it('finds what is common among the newest messages alone, and what is rare by its words', async () => {
    const byWords = jest.spyOn(app.get(SearchRepository), 'findByWords');
    expect(seqs(await search('message', '&limit=3'))).toEqual([COUNT, COUNT - 1, COUNT - 2]);
    expect(byWords).not.toHaveBeenCalled();
    for (const q of ['needle', 'eedl', 'NEED', 'a needle', 'nee with']) {
      expect([q, seqs(await search(q))]).toEqual([q, [7]]);
    }
    expect(byWords).toHaveBeenCalled();
  });

  it('finds the same, newest first and each once, whichever way it goes', async () => {
    expect(await all('tenthword')).toEqual(TENTHS);
    // As if a month held so many that a look at their words took too long.
    jest.spyOn(app.get(SearchRepository), 'findByWords').mockResolvedValue(null);
    expect(await all('tenthword')).toEqual(TENTHS);
    expect(seqs(await search('needle'))).toEqual([7]);
    jest.restoreAllMocks();
    // As if so many words held it that they were no help.
    jest.spyOn(app.get(SearchRepository), 'wordsWith').mockResolvedValue(null);
    expect(await all('tenthword')).toEqual(TENTHS);
    expect(seqs(await search('needle', '', 'alice'))).toEqual([7]);
  });

  it('reads rows by indexes only, and the months that it must', async () => {
    const asked = watchStatements();
    await search('needle');
    await search('needle', `&room_id=${roomId}`);
    await search('needle', '', 'alice');
    const month = (ago: number): Date => new Date(Date.now() - ago * 30 * 86_400_000);
    await search('needle', `&from=${month(1).toISOString()}`);
    const statements = asked(/from (message_search|search_words)/);
    jest.restoreAllMocks();
    const plans: [Statement, string][] = [];
    const db = await app.get(Database).pool.connect();
    for (const statement of statements) {
      const { rows } = await db.query<{ 'QUERY PLAN': string }>(`explain ${statement.text}`, statement.values);
      plans.push([statement, rows.map((row) => row['QUERY PLAN']).join('\n')]);
    }
    db.release();
    const byWords = plans.filter(([{ text }]) => text.includes('tokens &&'));
    const walks = plans.filter(([{ text }]) => text.includes('walked'));
    expect(byWords.length).toBeGreaterThan(3);
    expect(walks.length).toBeGreaterThan(3);
    for (const [, plan] of plans) expect(plan).not.toContain('Seq Scan');
    for (const [, plan] of byWords) {
      expect(plan).toMatch(/Index Cond: \(+tokens && /);
      // Of one index alone: the tenant is in its tokens.
      expect(plan).not.toMatch(/Index Cond: .*client_id/);
    }
    for (const [, plan] of walks) {
      expect(plan).toMatch(/Index Scan Backward using message_search_\d+_(client_id_created_at|pkey)/);
      // In the index's order: a sort would read them all.
      expect(plan.split(/\n {2}->/)[0]).not.toContain('Sort');
    }
    // The newest month by itself first.
    const monthsOf = (plan: string): number => new Set(plan.match(/ on message_search_\d{6}/g)).size;
    expect(monthsOf(byWords[0]![1])).toBe(1);
  });
});

describe('the index', () => {
  it('is the same however often it is made, and writes nothing where nothing changed', async () => {
    const row = `select xmin::text, * from message_search where client_id = $1 and seq = 7`;
    const before = await app.sql(row, [client.id]);
    expect(before).toHaveLength(1);
    const keys = [{ client_id: client.id, id: before[0].message_id }];
    for (let n = 0; n < 2; n++) {
      await app.get(Database).transaction((tx) => app.get(SearchIndexRepository).refresh(tx, [...keys, ...keys]));
    }
    expect(await app.sql(row, [client.id])).toEqual(before);
  });

  it('takes messages that are older than its months', async () => {
    await app.sql(
      `insert into messages (client_id, room_id, seq, id, rev, sender_type, content_type, content, created_at, updated_at)
       values ($1, $2, $3, gen_random_uuid(), 1, 'client', 'text', 'from long ago', '2019-02-03T04:05:06Z', now())`,
      [client.id, roomId, COUNT + 1],
    );
    const [old] = await app.sql('select id from messages where content = $1', ['from long ago']);
    const key = { client_id: client.id, id: old.id };
    await app.get(Database).transaction((tx) => app.get(SearchIndexRepository).refresh(tx, [key]));
    const months = await app.get(SearchRepository).months();
    expect(months).toContain('201902');
    expect(await app.sql('select 1 from message_search_201902')).toHaveLength(1);
  });

  it('is made of messages within seconds of their commit, while another process reads the log as well', async () => {
    const message = await say(client.master().request, roomId, 'a fresh catch');
    const found = await until('the message', async () => (await search('fresh cat')).data[0]);
    expect(found.message.id).toBe(message.id);
  });

  it('knows nothing of messages that have no words, nor fails at them', async () => {
    const { id } = await say(client.master().request, roomId, '.');
    await say(client.master().request, roomId, 'wordsagain');
    await until('the one after it', async () => (await search('wordsagain')).data.length > 0);
    expect(await app.sql('select tokens from message_search where message_id = $1', [id])).toEqual([
      { tokens: [expect.any(Number)] },
    ]);
    expect(await app.sql('select 1 from log_reader_failures')).toEqual([]);
  });
});

import { randomUUID } from 'node:crypto';
import type { MessageDto } from '../../src/messaging/messages/messages.dto.js';
import type { SearchHitDto } from '../../src/messaging/search/search.dto.js';
import { sharedApp, type Requester, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { until } from '../support/until.js';

let app: TestApp;
let client: TestClient;
let master: Requester;

beforeAll(async () => {
  app = await sharedApp();
});
afterAll(async () => {
  await app.stop();
});
beforeEach(async () => {
  client = await app.client();
  master = client.master().request;
});
afterEach(async () => expect(await app.errors()).toEqual([]));

interface Found {
  data: SearchHitDto[];
  page: { next_cursor: string | null; has_more: boolean };
}

const search = async (request: Requester, query: Record<string, string>): Promise<Found> =>
  ok(await request<Found>('GET', `/messages/search?${new URLSearchParams(query).toString()}`));

const contents = ({ data }: Found): (string | null)[] => data.map(({ message }) => (message as MessageDto).content);

/** What was found, once the index has come so far. */
const found = async (request: Requester, q: string, more: Record<string, string> = {}): Promise<(string | null)[]> =>
  contents(await search(request, { q, ...more }));

const indexed = async (count: number): Promise<void> => {
  await until(`${count} messages in the index`, async () => {
    const [row] = await app.sql('select count(*) as n from message_search where client_id = $1', [client.id]);
    return row.n >= count;
  });
};

/** What editing and deleting do to a message, and what they tell. */
async function change(messageId: string, set: string, type: string): Promise<void> {
  await app.sql(
    `with changed as (update messages set ${set} where id = $1 returning client_id, room_id, id)
     insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, subject_id, actor_type, occurred_at)
     select c.client_id, 'room', c.room_id, c.room_id, r.epoch, 1000 + r.n, gen_random_uuid(), $2, c.id, 'client', clock_timestamp()
       from changed c cross join lateral (
         select (array_agg(epoch))[1] as epoch, count(*) as n from events where stream_id = c.room_id) r`,
    [messageId, type],
  );
}

describe('GET /messages/search', () => {
  it('finds words by their beginnings and, from three characters on, what they hold, in any case', async () => {
    const { id } = await makeRoom(client, ['alice']);
    const texts = [
      'The Invoice is paid',
      're-INVOICED, voice call at 9',
      'straße in Köln, ÜBER',
      'see foo-bar.example.com/path_1?x=%2',
      '你好世界 and 日本語テスト',
      'party 🎉🎉 time',
    ];
    for (const text of texts) await say(master, id, text);
    await indexed(texts.length);

    expect(await found(master, 'invoice')).toEqual([texts[1], texts[0]]);
    expect(await found(master, 'INVO')).toEqual([texts[1], texts[0]]);
    expect(await found(master, 'in')).toEqual([texts[2], texts[1], texts[0]]);
    expect(await found(master, 'voi')).toEqual([texts[1], texts[0]]);
    // Two characters are a beginning only.
    expect(await found(master, 'vo')).toEqual([texts[1]]);
    expect(await found(master, 'paid inv')).toEqual([texts[0]]);
    expect(await found(master, 'id inv')).toEqual([]);
    // As it is written, though "ce" begins no word.
    expect(await found(master, 'ce is pa')).toEqual([texts[0]]);
    expect(await found(master, 'STRASSE')).toEqual([texts[2]]);
    expect(await found(master, 'straße über')).toEqual([texts[2]]);
    expect(await found(master, 'koln')).toEqual([]);
    expect(await found(master, 'o-bar.ex')).toEqual([texts[3]]);
    expect(await found(master, 'th_1')).toEqual([texts[3]]);
    expect(await found(master, 'x=%')).toEqual([texts[3]]);
    expect(await found(master, '世界')).toEqual([texts[4]]);
    expect(await found(master, '本語テ')).toEqual([texts[4]]);
    expect(await found(master, '🎉🎉')).toEqual([texts[5]]);
    expect(await found(master, '  ')).toEqual([]);
    expect(await found(master, 'nowhere')).toEqual([]);
  });

  it('shows the message as its own route does, and where in it the words are, in code points', async () => {
    const { id } = await makeRoom(client, ['alice']);
    const message = await say(client.master('alice').request, id, '😀 Cat and concat, the Straße');
    await indexed(1);
    const { data, page } = await search(master, { q: 'cat' });
    expect(data).toEqual([
      {
        message: ok(await master('GET', `/rooms/${id}/messages/${message.id}`)),
        room_id: id,
        highlights: [
          { start: 2, end: 5 },
          { start: 13, end: 16 },
        ],
      },
    ]);
    expect(page).toEqual({ next_cursor: null, prev_cursor: null, has_more: false });
    expect((await search(master, { q: 'strasse the' })).data[0]!.highlights).toEqual([
      { start: 18, end: 21 },
      { start: 22, end: 28 },
    ]);
  });

  it('finds by the names of attachments, which have no highlights', async () => {
    const { id } = await makeRoom(client, ['alice']);
    const attachments = [{ type: 'file', url: 'https://example.com/1', name: 'Quarterly-Report.pdf' }];
    ok(await master('POST', `/rooms/${id}/messages`, { body: { content_type: 'file', attachments } }));
    ok(await master('POST', `/rooms/${id}/messages`, { body: { content: 'the report', attachments: [] } }));
    await indexed(2);
    const { data } = await search(master, { q: 'report' });
    expect(data.map(({ highlights }) => highlights)).toEqual([[{ start: 4, end: 10 }], []]);
    expect((await search(master, { q: 'report', has: 'attachment' })).data).toHaveLength(1);
    expect((await search(master, { q: 'report', content_type: 'text' })).data).toHaveLength(1);
    expect((await search(master, { q: 'report', has: 'mention' })).data).toEqual([]);
    await change(data[0]!.message.id, `mentions = '[{"type": "room"}]'`, 'message.updated');
    await until('the mention', async () => (await search(master, { q: 'report', has: 'mention' })).data.length === 1);
  });

  it('finds nothing but what the caller may read', async () => {
    const shared = await makeRoom(client, ['alice', 'bob']);
    const secret = await makeRoom(client, ['bob']);
    const late = await makeRoom(client, ['bob'], { history: 'since_join' });
    const other = await app.client();
    const foreign = await makeRoom(other, ['alice']);
    await say(other.master().request, foreign.id, 'needle elsewhere');
    await say(master, shared.id, 'needle shared');
    await say(master, secret.id, 'needle secret');
    await say(master, late.id, 'needle before');
    ok(await master('POST', `/rooms/${late.id}/members`, { body: { user_id: 'alice' } }));
    await say(master, late.id, 'needle after');
    await indexed(4);

    const alice = await client.login('alice');
    expect(await found(alice.request, 'needle')).toEqual(['needle after', 'needle shared']);
    expect(await found(client.master('alice').request, 'needle')).toEqual(['needle after', 'needle shared']);
    expect(await found(alice.request, 'needle', { room_id: late.id })).toEqual(['needle after']);
    expect(await found(master, 'needle')).toEqual(['needle after', 'needle before', 'needle secret', 'needle shared']);
    for (const room of [secret.id, foreign.id, randomUUID()]) {
      const { status, body } = await alice.request('GET', `/messages/search?q=needle&room_id=${room}`);
      expect([status, body.code]).toEqual([404, 'not_found']);
    }
    // A member no more.
    ok(await master('DELETE', `/rooms/${shared.id}/members/alice`));
    expect(await found(alice.request, 'needle')).toEqual(['needle after']);
    expect(await found((await client.login('nobody')).request, 'needle')).toEqual([]);
    const blind = await client.login('carol', { permissions: ['send_messages'] });
    expect((await blind.request('GET', '/messages/search?q=needle')).status).toBe(403);
  });

  it('narrows by sender and time', async () => {
    const { id } = await makeRoom(client, ['alice', 'bob']);
    const first = await say(client.master('alice').request, id, 'lunch today');
    const second = await say(client.master('bob').request, id, 'lunch tomorrow');
    await indexed(2);
    expect(await found(master, 'lunch', { sender_id: 'alice' })).toEqual(['lunch today']);
    expect(await found(master, 'lunch', { sender_id: 'stranger' })).toEqual([]);
    await app.sql(`update message_search set created_at = created_at + interval '1 minute' where message_id = $1`, [
      second.id,
    ]);
    const between = new Date(Date.parse(first.created_at) + 1_000).toISOString();
    expect(await found(master, 'lunch', { to: between })).toEqual(['lunch today']);
    expect(await found(master, 'lunch', { from: between })).toEqual(['lunch tomorrow']);
    expect(await found(master, 'lunch', { from: first.created_at, to: first.created_at })).toEqual([]);
  });

  it('forgets what was edited away or deleted, and finds what took its place', async () => {
    const { id } = await makeRoom(client, ['alice']);
    const edited = await say(master, id, 'colour of the old house');
    const deleted = await say(master, id, 'colour of the garden');
    await indexed(2);
    await change(edited.id, `content = 'roof of the new house', edited_at = clock_timestamp()`, 'message.updated');
    await change(deleted.id, `content = null, deleted_at = clock_timestamp()`, 'message.deleted');
    // At once, whatever the index says still.
    expect(await found(master, 'colour')).toEqual([]);
    await until('the new text', async () => (await found(master, 'roof')).length > 0);
    expect(await found(master, 'house')).toEqual(['roof of the new house']);
    const rows = await app.sql('select message_id from message_search where client_id = $1', [client.id]);
    expect(rows).toEqual([{ message_id: edited.id }]);
  });

  it('goes through all that there is by its cursor, newest first', async () => {
    const rooms = [await makeRoom(client, ['alice']), await makeRoom(client, ['alice'])];
    for (let n = 0; n < 25; n++) await say(master, rooms[n % 2]!.id, `note number ${n} of many`);
    await indexed(25);
    const seen: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { q: 'note many', limit: '7', ...(cursor !== null && { cursor }) };
      const page: Found = await search(master, query);
      seen.push(...contents(page));
      cursor = page.page.next_cursor;
      expect(page.page.has_more).toBe(cursor !== null);
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `note number ${24 - n} of many`));
  });

  it('refuses what it cannot take', async () => {
    const refused = async (query: string): Promise<[number, string]> => {
      const { status, body } = await master('GET', `/messages/search?${query}`);
      return [status, body.code];
    };
    for (const query of [
      '',
      'q=a',
      `q=${'x'.repeat(257)}`,
      'q=ab&has=x',
      'q=ab&from=today',
      'q=ab&room_id=1',
      'q=ab&x=1',
    ]) {
      expect([query, ...(await refused(query))]).toEqual([query, 422, 'validation_failed']);
    }
    const cursor = (...key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');
    for (const bad of ['junk', cursor('n', 1, 'x'), cursor('n', 1e300, randomUUID()), cursor('p', 1, randomUUID())]) {
      expect(await refused(`q=ab&cursor=${bad}`)).toEqual([400, 'invalid_cursor']);
    }
    for (const odd of [
      '\ufffd\ufffd',
      "''",
      '%%',
      '\\\\',
      '__',
      '^^a',
      '(*)',
      ':*|',
      '\u{10ffff}\u{10ffff}',
      'ß'.repeat(256),
    ]) {
      expect((await master('GET', `/messages/search?${new URLSearchParams({ q: odd }).toString()}`)).status).toBe(200);
    }
  });

  it('has a limited number of searches of one tenant wait, and none of another wait for them', async () => {
    const other = await app.client();
    const { id } = await makeRoom(other, ['alice']);
    await say(other.master().request, id, 'quick answer');
    const holder = await app.database.connect();
    try {
      // Every search waits until the test lets it.
      await holder.query('begin; lock table message_search in access exclusive mode');
      let refused = 0;
      const burst = Array.from({ length: 60 }, async () => {
        const answer = await master('GET', '/messages/search?q=anything');
        if (answer.status === 503) refused++;
        return answer;
      });
      await until('those beyond the limit to be refused', () => refused >= 60 - 22);
      const answer = other.master().request('GET', '/messages/search?q=quick');
      await until('both tenants to be at it', async () => (await app.database.waitingForLocks()) >= 3);
      await holder.query('commit');
      expect((await answer).status).toBe(200);
      for (const { status, headers, body } of await Promise.all(burst)) {
        if (status !== 200) expect([body.code, headers.get('retry-after')]).toEqual(['overloaded', '1']);
      }
    } finally {
      await holder.end();
    }
  });
});

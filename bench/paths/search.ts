import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ensureMonth, monthOf } from '../../src/platform/database/partitions.js';
import { fragmentsOf, tokenOf, wordsOf } from '../../src/messaging/search/words.js';
import type { Product, Tenant } from '../support/product.js';

/** Words that are written, the n-th of them an n-th as often as the first. */
const VOCABULARY = 20_000;
const ROOMS = 1_000;
/** Rooms of the user that searches. */
const OWN_ROOMS = 20;
const MONTHS = 12;
const ROWS_AT_ONCE = 5_000;

/** What is looked for; of those in brackets there are so many, spread over all the time. */
export const TERMS = {
  'a word of nobody': 'zqxunknown',
  'a word with 20 hits': 'zqxtwenty',
  'a word with 1,000 hits': 'zqxthousand',
  'a middle of a word with 1,000 hits': 'xthous',
  'two words, one of them with 1,000 hits': 'zqxthousand',
  'the most common word': '',
  'two letters that many words begin with': '',
} as const;
export type Term = keyof typeof TERMS;

const PLANTED: [word: string, hits: number][] = [
  ['zqxtwenty', 20],
  ['zqxthousand', 1_000],
];

/** The same numbers each time. */
function* randoms(): Generator<number, never> {
  let state = 42;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** A tenant with so many messages, over a year, and their index. */
export class Searched {
  private constructor(
    private readonly tenant: Tenant,
    private readonly words: string[],
  ) {}

  static async prepare(product: Product, databaseUrl: string, count: number): Promise<Searched> {
    const tenant = await product.tenant();
    const db = new pg.Client(databaseUrl);
    await db.connect();
    try {
      await db.query('set synchronous_commit = off');
      const random = randoms();
      const words = makeWords(random);
      await generate(db, words, random, count);
      return new Searched(tenant, words);
    } finally {
      await db.end();
    }
  }

  /** Milliseconds that one search takes. */
  async time(term: Term, as?: string): Promise<number> {
    const began = performance.now();
    await this.find(this.query(term), as);
    return performance.now() - began;
  }

  find(q: string, as?: string): Promise<{ data: unknown[]; page: { has_more: boolean } }> {
    const path = `/messages/search?limit=50&q=${encodeURIComponent(q)}`;
    return this.tenant.call('GET', path, undefined, as === undefined ? {} : { 'x-user-id': as });
  }

  query(term: Term): string {
    const [first, second] = this.words;
    if (term === 'the most common word') return first!;
    if (term === 'two letters that many words begin with') return first!.slice(0, 2);
    return term.startsWith('two words') ? `${TERMS[term]} ${second!}` : TERMS[term];
  }
}

function makeWords(random: Generator<number, never>): string[] {
  const letters = 'etaoinshrdlucmfwypvbgkjq';
  const one = (): string => letters[Math.floor(random.next().value ** 1.5 * letters.length)]!;
  const words = new Set<string>();
  while (words.size < VOCABULARY)
    words.add(Array.from({ length: 3 + Math.floor(random.next().value * 7) }, one).join(''));
  return [...words];
}

async function generate(
  db: pg.Client,
  words: string[],
  random: Generator<number, never>,
  count: number,
): Promise<void> {
  const { rows } = await db.query<{ id: string }>('select id from clients order by created_at desc limit 1');
  const clientId = rows[0]!.id;
  const rooms = await makeRooms(db, clientId);
  const start = Date.now() - MONTHS * 30 * 86_400_000;
  const step = (Date.now() - start) / count;
  for (let n = 0; n <= MONTHS; n++) {
    const month = monthOf(new Date(start + n * 30 * 86_400_000));
    await ensureMonth((sql) => db.query(sql), 'message_search', month);
  }
  await learn(db, clientId, [...words, ...PLANTED.map(([word]) => word)]);
  // Built at once when all rows are there, which is many times faster than row by row.
  await db.query('drop index message_search_tokens');
  const pick = (): string => words[Math.floor(VOCABULARY ** random.next().value) - 1] ?? words[0]!;
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    const messages = Array.from({ length: Math.min(ROWS_AT_ONCE, count - from) }, (_, at) => {
      const n = from + at;
      const said = Array.from({ length: 3 + Math.floor(random.next().value * 13) }, pick);
      for (const [word, hits] of PLANTED) if (n % Math.max(1, Math.floor(count / hits)) === 0) said.push(word);
      const room = rooms[Math.floor(random.next().value * ROOMS)]!;
      return { id: randomUUID(), room, seq: n + 1, at: new Date(Math.floor(start + n * step)), text: said.join(' ') };
    });
    const columns = [
      messages.map(({ room }) => room),
      messages.map(({ at }) => at),
      messages.map(({ id }) => id),
      messages.map(({ seq }) => seq),
      messages.map(({ text }) => text),
    ];
    await db.query(
      `insert into messages (client_id, room_id, created_at, id, seq, content, rev, sender_type, content_type, updated_at)
       select $1, w.*, 1, 'client', 'text', clock_timestamp()
         from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::bigint[], $6::text[]) as w`,
      [clientId, ...columns],
    );
    const tokens = messages.map(({ room, text }) => {
      const all = [...wordsOf(text)].map((word) => tokenOf(clientId, 'word', word));
      return `{${[...all, tokenOf(clientId, 'room', room)].join(',')}}`;
    });
    await db.query(
      `insert into message_search (client_id, room_id, created_at, message_id, seq, text, tokens, content_type, has_attachment, has_mention)
       select $1, w.room_id, w.at, w.id, w.seq, w.text, w.tokens::integer[], 'text', false, false
         from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::bigint[], $6::text[], $7::text[])
           as w (room_id, at, id, seq, text, tokens)`,
      [clientId, ...columns, tokens],
    );
  }
  await db.query(`set maintenance_work_mem = '512MB'`);
  await db.query(
    'create index message_search_tokens on message_search using gin (tokens) with (gin_pending_list_limit = 4096)',
  );
  await db.query('vacuum analyze message_search');
  await db.query('vacuum analyze messages');
  await db.query('vacuum analyze search_words');
}

/** By hand: a thousand rooms by the API would take longer than what is measured. */
async function makeRooms(db: pg.Client, clientId: string): Promise<string[]> {
  const rooms = Array.from({ length: ROOMS }, () => randomUUID());
  await db.query(
    `insert into rooms (client_id, id, room_type, max_members) select $1, id, 'group', 100 from unnest($2::uuid[]) as w (id)`,
    [clientId, rooms],
  );
  await db.query(
    `with reader as (insert into users (client_id, user_pk, user_id) values ($1, gen_random_uuid(), 'reader') returning user_pk)
     insert into room_members (client_id, room_id, user_pk)
     select $1, id, user_pk from reader, unnest($2::uuid[]) as w (id)`,
    [clientId, rooms.slice(0, OWN_ROOMS)],
  );
  return rooms;
}

async function learn(db: pg.Client, clientId: string, words: string[]): Promise<void> {
  const fragments = words.flatMap((word) => fragmentsOf(word).map((fragment) => ({ fragment, word })));
  await db.query(
    `insert into search_words (client_id, fragment, word) select $1, w.* from unnest($2::text[], $3::text[]) as w
     on conflict do nothing`,
    [clientId, fragments.map(({ fragment }) => fragment), fragments.map(({ word }) => word)],
  );
}

import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { ensureMonth, monthOf } from '../../platform/database/partitions.js';
import { unnest } from '../../platform/database/unnest.js';
import type { GoneMessage, MessageRemain } from '../messages/changes/message-remains.js';
import { fold } from './fold.js';
import { fragmentsOf, tokensOf, wordsOf } from './words.js';

interface MessageKey {
  client_id: string;
  id: string;
}

/** A message as the index is made of it. */
interface Source {
  client_id: string;
  room_id: string;
  created_at: Date;
  message_id: string;
  seq: number;
  sender_pk: string | null;
  content_type: string;
  content: string | null;
  names: string | null;
  has_attachment: boolean;
  has_mention: boolean;
  deleted: boolean;
}

interface Indexed extends Source {
  text: string;
  words: Set<string>;
  tokens: number[];
}

type Place = Pick<Source, 'client_id' | 'room_id' | 'created_at' | 'message_id'>;

interface Fragment {
  client_id: string;
  fragment: string;
  word: string;
}

const KEYS = unnest<MessageKey>()('w', { client_id: 'uuid', id: 'uuid' });
const ROOMS = unnest<Pick<Source, 'client_id' | 'room_id'>>()('w', { client_id: 'uuid', room_id: 'uuid' });
const PLACES = unnest<Place>()('w', {
  client_id: 'uuid',
  room_id: 'uuid',
  created_at: 'timestamptz',
  message_id: 'uuid',
});
// An array of arrays would have to be a rectangle: tokens go as text, which PostgreSQL reads as an array each.
const ROWS = unnest<Indexed>()('w', {
  client_id: 'uuid',
  room_id: 'uuid',
  created_at: 'timestamptz',
  message_id: 'uuid',
  seq: 'bigint',
  sender_pk: 'uuid',
  content_type: 'text',
  has_attachment: 'boolean',
  has_mention: 'boolean',
  text: 'text',
  tokens: ['text', ({ tokens }) => `{${tokens.join(',')}}`],
});
const FRAGMENTS = unnest<Fragment>()('w', { client_id: 'uuid', fragment: 'text', word: 'text' });

const DAY_MS = 86_400_000;

/** Of every hundred words that are written, more than ninety are among so many. */
const REMEMBERED_WORDS = 30_000;

/** Keeps the index of messages as the messages are. */
@Injectable()
export class SearchIndexRepository implements MessageRemain {
  private readonly months = new Set<string>();
  /** Words that are in the index, tenant by tenant; those that were used last stand last. */
  private readonly known = new Set<string>();
  private generation = 0;

  constructor(private readonly database: Database) {}

  /** Makes the index say of these messages what they say now, however often and in whichever order it is asked. */
  async refresh(tx: Tx, keys: MessageKey[]): Promise<void> {
    const unique = [...new Map(keys.map((key) => [`${key.client_id} ${key.id}`, key])).values()];
    const sources = await tx.query<Source>(
      `select m.client_id, m.room_id, m.created_at, m.id as message_id, m.seq, m.sender_pk, m.content_type, m.content,
              case when m.attachments <> '[]' then
                (select string_agg(a ->> 'name', E'\\n') from jsonb_array_elements(m.attachments) a) end as names,
              case when m.attachments <> '[]' then jsonb_path_exists(m.attachments, '$[*] ? (!exists(@.preview))') else false end as has_attachment, m.mentions <> '[]' as has_mention,
              m.deleted_at is not null as deleted
         from ${KEYS.sql}
        cross join lateral (select * from messages where client_id = w.client_id and id = w.id limit 1) m`,
      KEYS.values(unique),
    );
    const shown: Indexed[] = [];
    const gone: Source[] = [];
    const tokensOfClient = new Map<string, Tokens>();
    const isTruncated = await this.truncations(tx, sources);
    for (const source of sources) {
      const text = source.deleted || isTruncated(source) ? '' : textOf(source);
      if (text === '') gone.push(source);
      else shown.push(indexedOf(source, text, getOrMake(tokensOfClient, source.client_id, tokensOfAll)));
    }
    if (gone.length > 0) await this.remove(tx, gone);
    if (shown.length === 0) return;
    await this.makeMonths(tx, shown);
    await this.learn(tx, shown);
    await tx.execute(
      `insert into message_search as s (client_id, room_id, created_at, message_id, seq, sender_pk, content_type,
                                        has_attachment, has_mention, text, tokens)
       select client_id, room_id, created_at, message_id, seq, sender_pk, content_type, has_attachment, has_mention, text,
              tokens::integer[]
         from ${ROWS.sql}
       on conflict (client_id, room_id, created_at, message_id) do update
          set content_type = excluded.content_type, has_attachment = excluded.has_attachment,
              has_mention = excluded.has_mention, text = excluded.text, tokens = excluded.tokens
        where (s.content_type, s.has_attachment, s.has_mention, s.text)
              is distinct from (excluded.content_type, excluded.has_attachment, excluded.has_mention, excluded.text)`,
      ROWS.values(shown),
    );
  }

  /** Of messages that say nothing any more. */
  async forget(tx: Tx, messages: GoneMessage[]): Promise<void> {
    await this.remove(
      tx,
      messages.map(({ id, ...place }) => ({ ...place, message_id: id })),
    );
  }

  /** By room, not by message: there are fewer, and next to none of them was ever truncated. */
  private async truncations(tx: Tx, sources: Source[]): Promise<(message: Source) => boolean> {
    const rooms = new Map(sources.map(({ client_id, room_id }) => [`${client_id} ${room_id}`, { client_id, room_id }]));
    const truncated = await tx.query<{ room: string; seq: number }>(
      `select concat(r.client_id, ' ', r.id) as room, r.truncated_seq as seq from ${ROOMS.sql}
        cross join lateral (
          select * from rooms where client_id = w.client_id and id = w.room_id and truncated_seq > 0 limit 1) r`,
      ROOMS.values([...rooms.values()]),
    );
    if (truncated.length === 0) return () => false;
    const upto = new Map(truncated.map(({ room, seq }) => [room, seq]));
    return ({ client_id, room_id, seq }) => seq <= (upto.get(`${client_id} ${room_id}`) ?? 0);
  }

  private async remove(tx: Tx, gone: Place[]): Promise<void> {
    const times = gone.map(({ created_at }) => created_at.getTime());
    await tx.execute(
      `delete from message_search s using ${PLACES.sql}
        where s.client_id = w.client_id and s.room_id = w.room_id and s.created_at = w.created_at
          and s.message_id = w.message_id and s.created_at between $5 and $6`,
      [...PLACES.values(gone), new Date(Math.min(...times)), new Date(Math.max(...times))],
    );
  }

  /** Those to come are made by the job of partitions: older ones are wanted where messages are older than their index. */
  private async makeMonths(tx: Tx, rows: Source[]): Promise<void> {
    const days = new Set(rows.map(({ created_at }) => Math.floor(created_at.getTime() / DAY_MS)));
    const months = new Set(Array.from(days, (day) => monthOf(new Date(day * DAY_MS))));
    const missing = [...months].filter((month) => !this.months.has(month));
    for (const month of missing) await ensureMonth((sql) => tx.query(sql), 'message_search', month);
    tx.afterCommit(() => missing.forEach((month) => this.months.add(month)));
  }

  /** Writes down the words that the tenants have not used before. */
  private async learn(tx: Tx, rows: Indexed[]): Promise<void> {
    this.forgetAnotherHistory();
    const news = new Map<string, Fragment>();
    for (const { client_id, words } of rows) {
      for (const word of words) {
        const key = `${client_id} ${word}`;
        if (this.known.delete(key)) this.known.add(key);
        else news.set(key, { client_id, fragment: `^${word}`, word });
      }
    }
    if (news.size === 0) return;
    const unknown = await tx.query<{ client_id: string; word: string }>(
      `select w.client_id, w.word from ${FRAGMENTS.sql}
        where not exists (select from search_words s
                           where s.client_id = w.client_id and s.fragment = w.fragment and s.word = w.word)`,
      FRAGMENTS.values([...news.values()]),
    );
    const fragments = unknown.flatMap(({ client_id, word }) =>
      fragmentsOf(word).map((fragment) => ({ client_id, fragment, word })),
    );
    if (fragments.length > 0) {
      await tx.execute(
        `insert into search_words (client_id, fragment, word) select * from ${FRAGMENTS.sql} on conflict do nothing`,
        FRAGMENTS.values(fragments),
      );
    }
    tx.afterCommit(() => this.remember(news.keys()));
  }

  private remember(keys: Iterable<string>): void {
    for (const key of keys) this.known.add(key);
    for (const key of this.known) {
      if (this.known.size <= REMEMBERED_WORDS) return;
      this.known.delete(key);
    }
  }

  /** What is remembered may not have been written in a database that was restored. */
  private forgetAnotherHistory(): void {
    const { generation } = this.database.installation;
    if (generation === this.generation) return;
    this.generation = generation;
    this.known.clear();
    this.months.clear();
  }
}

const KINDS = ['word', 'room', 'sender'] as const;
type Tokens = Record<(typeof KINDS)[number], (name: string) => number>;

const tokensOfAll = (clientId: string): Tokens =>
  Object.fromEntries(KINDS.map((kind) => [kind, tokensOf(clientId, kind)])) as Tokens;

const textOf = ({ content, names }: Source): string =>
  fold([content, names].filter((part) => part !== null && part !== '').join('\n'));

function indexedOf(source: Source, text: string, tokenOf: Tokens): Indexed {
  const { room_id, sender_pk } = source;
  const words = wordsOf(text);
  const tokens = Array.from(words, tokenOf.word);
  tokens.push(tokenOf.room(room_id));
  if (sender_pk !== null) tokens.push(tokenOf.sender(sender_pk));
  return { ...source, text, words, tokens };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: (key: K) => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make(key)));
  return value;
}

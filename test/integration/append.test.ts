import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Caller } from '../../src/tenancy/access/caller.js';
import { Request, type IdempotencyLease } from '../../src/tenancy/access/request.js';
import { Idempotency } from '../../src/tenancy/idempotency/idempotency.js';
import { IdempotencyRepository } from '../../src/tenancy/idempotency/idempotency.repository.js';
import { KeyRing } from '../../src/platform/common/key-ring.js';
import { newId } from '../../src/platform/common/ids.js';
import { Problem } from '../../src/platform/common/problem.js';
import type { Config } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { AppendRepository } from '../../src/messaging/messages/append/append.repository.js';
import { BatchRunner } from '../../src/messaging/messages/append/batch-runner.js';
import { APPEND, LOCK_FREE_ROOMS } from '../../src/messaging/messages/append/append.sql.js';
import { GatheredSend } from '../../src/messaging/messages/append/gathered-send.js';
import type { NewMessage } from '../../src/messaging/messages/append/new-message.js';
import { MessageParts, type MessagePart } from '../../src/messaging/messages/message-parts.js';
import type { EventFacts } from '../../src/platform/realtime/envelope.js';
import type { EventDescriptor } from '../../src/platform/realtime/event.js';
import { messageCreated } from '../../src/messaging/messages/messages.events.js';
import type { EventsService } from '../../src/engine/events/events.service.js';
import { writersOf } from '../../src/messaging/rooms/room-permissions.js';
import type { RealtimePublisher } from '../../src/platform/realtime/realtime.publisher.js';
import { TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { asUserId, asUserPk } from '../support/ids.js';

let place: TestDatabase;
let database: Database;
let repository: AppendRepository;
let gathered: GatheredSend;
/** Tells of nothing. */
const events = { publish: async () => undefined } as unknown as EventsService;
let published: { event: EventDescriptor; facts: EventFacts }[];

beforeAll(async () => {
  place = await TestDatabase.create();
  database = await Database.connect({ databaseUrl: place.url, role: 'all', databasePoolSize: 12 } as Config);
  repository = new AppendRepository(database, {} as Idempotency, new MessageParts(database));
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await database.close();
  await place.drop();
});
beforeEach(() => {
  published = [];
  const publish = (event: EventDescriptor, facts: EventFacts): unknown => published.push({ event, facts });
  gathered = new GatheredSend(new BatchRunner(repository), { publish } as unknown as RealtimePublisher, events);
});

/** A user whose own id is that of its row. */
const senderOf = (id: string) =>
  ({ sender_pk: asUserPk(id), sender_id: asUserId(id), sender_type: 'user', sender_display_name: null }) as const;
const theClient = { sender_pk: null, sender_id: null, sender_type: 'client', sender_display_name: null } as const;

/** A tenant with rooms that all of its users are in. */
async function tenant(rooms = 1, users = 1) {
  const clientId = newId();
  const roomIds = Array.from({ length: rooms }, newId);
  const userIds = Array.from({ length: users }, newId);
  await database.query(
    `insert into clients (id, ref, name, slug, signing_secret) values ($1::uuid, $1::uuid::text, 'x', $1::uuid::text, 'x')`,
    [clientId],
  );
  await database.query(
    `insert into users (client_id, user_pk, user_id) select $1, u, u::text from unnest($2::uuid[]) u`,
    [clientId, userIds],
  );
  await database.query(
    `insert into rooms (client_id, id, room_type, max_members) select $1, r, 'group', 50 from unnest($2::uuid[]) r`,
    [clientId, roomIds],
  );
  await database.query(
    `insert into room_members (client_id, room_id, user_pk)
     select $1, r, u from unnest($2::uuid[]) r, unnest($3::uuid[]) u`,
    [clientId, roomIds, userIds],
  );
  const message = (room = 0, more: Partial<NewMessage> = {}): NewMessage => ({
    client_id: clientId,
    room_id: roomIds[room]!,
    id: newId(),
    event_id: newId(),
    ...senderOf(userIds[0]!),
    content_type: 'text',
    content: 'x',
    attachments: [],
    reply_to_id: null,
    mentions: [],
    quoted: null,
    silent: false,
    writers: writersOf({}),
    settings_rev: 1,
    extras: null,
    metadata: {},
    client_msg_id: null,
    body_hash: null,
    again: false,
    request: new Request({ clientId } as Caller, 'r', { status: 201 }),
    ...more,
  });
  return { clientId, roomIds, userIds, message };
}

/** Of a room: its messages' seqs, its message events' revs, and what it believes. */
async function stateOf(roomId: string) {
  const [row] = await database.query<{ seqs: number[]; revs: number[]; last_seq: number; last_rev: number }>(
    `select (select coalesce(array_agg(seq order by seq), '{}') from messages where room_id = r.id) as seqs,
            (select coalesce(array_agg(rev order by rev), '{}') from events where stream_id = r.id) as revs,
            last_seq, last_rev from rooms r where id = $1`,
    [roomId],
  );
  return row!;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);
const gapless = (n: number) => ({ seqs: upTo(n), revs: upTo(n), last_seq: n, last_rev: n });

/** Holds a room's lock, as a change of membership does, until `release`. */
async function holdRoom(roomId: string) {
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query('select from rooms where id = $1 for update', [roomId]);
  return {
    query: (sql: string, params: unknown[]) => client.query(sql, params),
    release: async () => {
      await client.query('commit');
      client.release();
    },
  };
}

/** Ends the connections that are in the middle of writing a batch; how many. */
async function cutBatches(): Promise<number> {
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and (query like '%input as materialized%' or (query = 'commit' and state = 'active'))
        and state <> 'idle'`,
  );
  await client.end();
  return rowCount!;
}

const waitingForLock = () =>
  until('a transaction waits for a lock', async () => {
    const [row] = await database.query<{ n: number }>(
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row!.n > 0;
  });

describe('the gathered send', () => {
  it('gives a batch gapless places, moves the sender’s marker, and publishes in order', async () => {
    const { roomIds, message, userIds } = await tenant(2);
    const sent = await Promise.all(upTo(40).map((n) => gathered.send(message(n % 2))));
    expect(await stateOf(roomIds[0]!)).toEqual(gapless(20));
    expect(await stateOf(roomIds[1]!)).toEqual(gapless(20));
    const inFirst = published.filter(({ facts }) => facts.stream.id === roomIds[0]);
    expect(inFirst.map(({ facts }) => facts.rev)).toEqual(upTo(20));
    expect(inFirst[0]!.event).toBe(messageCreated);
    expect(inFirst[0]!.facts).toMatchObject({
      seq: 1,
      actor: { id: userIds[0], type: 'user' },
    });
    expect(sent[1]).toMatchObject({ verdict: 'sent', message: { seq: 1, rev: 1 } });
    const [member] = await database.query(
      'select last_read_seq, last_delivered_seq from room_members where room_id = $1',
      [roomIds[0]],
    );
    expect(member).toEqual({ last_read_seq: 20, last_delivered_seq: 20 });
  });

  it('lets no message of a member in who was removed before it', async () => {
    const { clientId, roomIds, userIds, message } = await tenant();
    const kick = await holdRoom(roomIds[0]!);
    await kick.query(`update room_members set status = 'left', left_rev = 1 where client_id = $1 and user_pk = $2`, [
      clientId,
      userIds[0],
    ]);
    const sending = gathered.send(message()).catch((error: unknown) => error);
    // The send saw him as a member when it began; it waits for the lock now.
    await waitingForLock();
    await kick.release();
    expect(await sending).toMatchObject({ code: 'not_found' });
    expect(await stateOf(roomIds[0]!)).toEqual(gapless(0));
  });

  it('writes messages in one round trip, by plans that are kept, however many they are', async () => {
    const { message } = await tenant(20);
    const one = await Database.connect({ databaseUrl: place.url, role: 'all', databasePoolSize: 1 } as Config);
    try {
      const send = new AppendRepository(one, {} as Idempotency, new MessageParts(one));
      const kept = () =>
        // On the connection of the sends, which is one where they come one after the other.
        one.transaction(
          (tx) =>
            tx.query<{ name: string; custom_plans: number; generic_plans: number }>(
              `select name, custom_plans, generic_plans from pg_prepared_statements where name <> '' order by name`,
            ),
          { reserved: true },
        );
      expect(await kept()).toEqual([]);
      const asked = jest.spyOn(pg.Client.prototype, 'query');
      for (let n = 0; n < 8; n++) await send.append([message(n)], 0);
      expect(asked).toHaveBeenCalledTimes(8);
      asked.mockRestore();
      await send.append(
        upTo(20).map((n) => message(n)),
        0,
      );
      const plans = { custom_plans: 0, generic_plans: 9 };
      expect(await kept()).toEqual([
        { name: 'append', ...plans },
        { name: 'keep_plans', ...plans },
        { name: 'lock_free_rooms', ...plans },
      ]);
    } finally {
      await one.close();
    }
  });

  it('looks everything up by its key in the plan that is kept', async () => {
    const client = await place.connect();
    await client.query(`prepare locking as ${LOCK_FREE_ROOMS}; prepare appending as ${APPEND}`);
    await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off');
    for (const [name, parameters] of [
      ['locking', 2],
      ['appending', 16],
    ]) {
      const nulls = Array.from({ length: Number(parameters) }, () => 'null').join(', ');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute ${name}(${nulls})`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan using \w+ on rooms/);
      // A join that reads a whole table or index, which it does where no row of it is expected to be left out.
      expect(plan).not.toMatch(/Seq Scan on|Hash Join|Full Join|events_\w+/);
      // By all of a key: no statistics are there yet, and with its first column alone it would read all that a tenant has.
      for (const scan of plan.matchAll(/Index (?:Only )?Scan using (.*)\n(.*)/g)) {
        expect(scan[2]).toMatch(scan[1]!.startsWith('clients_pkey') ? /Index Cond: \(id =/ : /Index Cond: .* AND /);
      }
    }
    await client.end();
  });

  it('begins a batch of other rooms while one commits, and leaves a room that is in it out of the slow lanes', async () => {
    const { roomIds, message } = await tenant(2);
    const { append } = AppendRepository.prototype;
    let commit = (): void => undefined;
    const committing = new Promise<void>((resolve) => (commit = resolve));
    const batches: [string[], number][] = [];
    jest.spyOn(AppendRepository.prototype, 'append').mockImplementation(async function (
      this: AppendRepository,
      batch,
      waitMs,
    ) {
      batches.push([batch.map(({ content }) => content!), waitMs]);
      const outcome = await append.call(this, batch, waitMs);
      if (batch[0]!.content === 'first') await committing;
      return outcome;
    });
    const first = gathered.send(message(0, { content: 'first' }));
    await until('the first batch is under way', async () => batches.length === 1);
    const behind = gathered.send(message(0, { content: 'behind it' }));
    expect(await gathered.send(message(1, { content: 'elsewhere' }))).toMatchObject({ message: { seq: 1 } });
    expect(batches).toEqual([
      [['first'], 0],
      [['elsewhere'], 0],
    ]);
    commit();
    expect(await Promise.all([first, behind])).toMatchObject([{ message: { seq: 1 } }, { message: { seq: 2 } }]);
    expect(batches[2]).toEqual([['behind it'], 0]);
    const inFirst = published.filter(({ facts }) => facts.stream.id === roomIds[0]);
    expect(inFirst.map(({ facts }) => facts.rev)).toEqual([1, 2]);
  });

  it('fails one bad message of five hundred alone', async () => {
    const { roomIds, message } = await tenant(5);
    const batch = upTo(500).map((n) => message(n % 5));
    // Validation lets no NUL through; the database refuses it in jsonb.
    batch[123]!.metadata = { bad: '\u0000' };
    const outcomes = await Promise.allSettled(batch.map((one) => gathered.send(one)));
    expect(outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([123]);
    expect(outcomes[123]).toMatchObject({ reason: { code: 'internal' } });
    const states = await Promise.all(roomIds.map(stateOf));
    expect(states.map(({ last_seq }) => last_seq).sort()).toEqual([100, 100, 100, 100, 99]);
    for (const state of states) expect(state).toEqual(gapless(state.last_seq));
  });

  it('holds nobody up while a room is locked elsewhere, and keeps that room’s order', async () => {
    const { roomIds, message } = await tenant(3);
    const lock = await holdRoom(roomIds[0]!);
    // Here nobody gives up waiting for the room, however long the others take.
    const { run } = BatchRunner.prototype;
    jest.spyOn(BatchRunner.prototype, 'run').mockImplementation(function (this: BatchRunner, batch, waitMs = 0) {
      return run.call(this, batch, waitMs && 60_000);
    });
    let held = 0;
    const waiting = upTo(10).map((n) => gathered.send(message(0, { content: `${n}` })).finally(() => held++));
    await waitingForLock();
    const later = upTo(10).map((n) => gathered.send(message(0, { content: `${n + 10}` })).finally(() => held++));
    await Promise.all(upTo(200).map((n) => gathered.send(message(1 + (n % 2)))));
    expect(held).toBe(0);
    await lock.release();
    const sent = await Promise.all([...waiting, ...later]);
    expect(sent.map(({ message: { seq } }) => seq)).toEqual(upTo(20));
    expect(published.filter(({ facts }) => facts.stream.id === roomIds[0]).map(({ facts }) => facts.seq)).toEqual(
      upTo(20),
    );
    // The lane is closed: the room is served by the batches again.
    expect(await gathered.send(message())).toMatchObject({ message: { seq: 21 } });
  });

  it('lets another tenant’s locked room have its turn, however many of one stay locked', async () => {
    const [one, other] = [await tenant(6), await tenant()];
    const { run } = BatchRunner.prototype;
    jest.spyOn(BatchRunner.prototype, 'run').mockImplementation(function (this: BatchRunner, batch, waitMs = 0) {
      return run.call(this, batch, waitMs && 60_000);
    });
    const holder = await place.connect();
    await holder.query('begin');
    await holder.query('select from rooms where client_id = $1 for update', [one.clientId]);
    const sending = one.roomIds.map((_, room) => gathered.send(one.message(room)));
    await until('its lanes wait', async () => (await place.waitingForLocks()) >= 2);
    const lock = await place.connect();
    await lock.query('begin');
    await lock.query('select from rooms where client_id = $1 for update', [other.clientId]);
    const waiting = await place.waitingForLocks();
    const another = gathered.send(other.message());
    await until('the other’s lane waits too', async () => (await place.waitingForLocks()) > waiting);
    await lock.query('commit');
    expect(await another).toMatchObject({ verdict: 'sent', message: { seq: 1 } });
    await holder.query('commit');
    expect(await Promise.all(sending)).toHaveLength(6);
    await Promise.all([holder.end(), lock.end()]);
  });

  it('tells to try again when a room stays locked', async () => {
    const { roomIds, message } = await tenant();
    const lock = await holdRoom(roomIds[0]!);
    const [late] = await new BatchRunner(repository).run([message()], 50);
    expect(late).toMatchObject({ code: 'overloaded', status: 503, options: { retryAfterS: 1 } });
    await lock.release();
  });

  it('loses and doubles nothing when connections are cut in mid-batch', async () => {
    const { roomIds, message } = await tenant(4);
    let cut = 0;
    const sent = [];
    for (let round = 0; round < 8 || cut < 3; round++) {
      const answers = Promise.all(upTo(100).map((n) => gathered.send(message(n % 4))));
      let sending = true;
      const done = () => (sending = false);
      answers.then(done, done);
      // Three times at most: who is cut off at every try gives up in the end, as a slow one would be.
      for (let times = 0; times < 3 && sending;) {
        const found = await cutBatches();
        cut += found;
        if (found > 0) times++;
      }
      sent.push(...(await answers));
    }
    expect(new Set(sent.map(({ message: { id } }) => id)).size).toBe(sent.length);
    for (const roomId of roomIds) expect(await stateOf(roomId)).toEqual(gapless(sent.length / 4));
    const ofFirst = sent.filter(({ message: { room_id } }) => room_id === roomIds[0]);
    expect(ofFirst.map(({ message: { seq } }) => seq).sort((a, b) => a - b)).toEqual(upTo(sent.length / 4));
  });

  describe('when only the answer was lost', () => {
    /** Commits, and loses the connection before it tells so, the first time; `then` happens before the next try. */
    const losing = (real: AppendRepository, then: () => Promise<unknown> = async () => undefined): AppendRepository => {
      let tries = 0;
      return {
        append: async (...args: Parameters<AppendRepository['append']>) => {
          const outcome = await real.append(...args);
          if (++tries > 1) return outcome;
          await then();
          throw new Problem('unavailable', 'The connection was lost.');
        },
      } as AppendRepository;
    };
    const sendAll = async (from: AppendRepository, batch: NewMessage[]) => {
      const publish = (event: EventDescriptor, facts: EventFacts): unknown => published.push({ event, facts });
      const send = new GatheredSend(new BatchRunner(from), { publish } as unknown as RealtimePublisher, events);
      return Promise.all(batch.map((message) => send.send(message)));
    };
    const seqs = () => published.map(({ facts }) => facts.seq);

    it('finds what was committed', async () => {
      const { roomIds, message } = await tenant();
      const sent = await sendAll(losing(repository), [message(), message()]);
      expect(sent).toMatchObject([
        { verdict: 'sent', message: { seq: 1 } },
        { verdict: 'sent', message: { seq: 2 } },
      ]);
      expect(await stateOf(roomIds[0]!)).toEqual(gapless(2));
      expect(seqs()).toEqual([1, 2]);
    });

    it('finds it also when that commit is still under way, which holds the room at the next try', async () => {
      const { roomIds, message } = await tenant();
      const holder = await place.connect();
      const slow = Object.assign(Object.create(database) as Database, {
        together: async (statements: Parameters<Database['together']>[0]) => {
          await holder.query('begin');
          const rows: unknown[][] = [];
          for (const { text, values } of statements) rows.push((await holder.query(text, [...values])).rows);
          return rows;
        },
      });
      const first = new AppendRepository(slow, {} as Idempotency, new MessageParts(database));
      let tries = 0;
      const from = {
        append: async (...args: Parameters<AppendRepository['append']>) => {
          if (++tries > 1) return repository.append(...args);
          await first.append(...args);
          throw new Problem('unavailable', 'The connection was lost.');
        },
      } as AppendRepository;
      const sending = sendAll(from, [message(), message()]);
      await until('the lane to wait for its room', async () => (await place.waitingForLocks()) > 0);
      await holder.query('commit');
      await holder.end();
      expect(await sending).toMatchObject([
        { verdict: 'sent', message: { seq: 1 } },
        { verdict: 'sent', message: { seq: 2 } },
      ]);
      expect(await stateOf(roomIds[0]!)).toEqual(gapless(2));
      expect(seqs()).toEqual([1, 2]);
    });

    it('finds it also beside a bad row, for which the batch is halved', async () => {
      const { message } = await tenant();
      const [first, bad, last] = [message(), message(), message()];
      const from = losing(repository, async () => {
        await database.query('update messages set id = gen_random_uuid() where id = $1', [bad!.id]);
        bad!.content = '\u0000'; // which PostgreSQL refuses
      });
      const publish = (event: EventDescriptor, facts: EventFacts): unknown => published.push({ event, facts });
      const send = new GatheredSend(new BatchRunner(from), { publish } as unknown as RealtimePublisher, events);
      const outcomes = await Promise.allSettled([first, bad, last].map((one) => send.send(one!)));
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(seqs()).toEqual([1, 3]);
    });

    it('answers repeats whose Idempotency-Key was completed there, and beside them what is new', async () => {
      const { clientId, roomIds, message } = await tenant();
      const keys = new IdempotencyRepository(database);
      const ring = new KeyRing([{ id: 'k', key: Buffer.alloc(32) }]);
      const keyed = new AppendRepository(database, new Idempotency(keys, database, ring), new MessageParts(database));
      const named = (client_msg_id: string) => message(0, { client_msg_id, body_hash: Buffer.alloc(32) });
      const withKey = async (of: NewMessage): Promise<NewMessage> => {
        const scope = randomBytes(32);
        const claim = await keys.claim(clientId, scope, Buffer.alloc(32));
        of.request.lease = { clientId, scope, claim: claim!, completed: false };
        return of;
      };
      await sendAll(keyed, [named('a')]);
      const batch = [await withKey(named('a')), await withKey(named('b')), message()];
      expect(await sendAll(losing(keyed), batch)).toMatchObject([
        { verdict: 'duplicate', message: { seq: 1 } },
        { verdict: 'sent', message: { seq: 2 } },
        { verdict: 'sent', message: { seq: 3 } },
      ]);
      expect(await stateOf(roomIds[0]!)).toEqual(gapless(3));
      expect(seqs()).toEqual([1, 2, 3]);
      for (const { request } of batch.slice(0, 2)) {
        expect(await keys.find(clientId, request.lease!.scope)).toMatchObject({ body: expect.any(String) });
      }
    });
  });

  it('folds equal client_msg_ids of one batch, and tells different bodies apart', async () => {
    const { roomIds, message, userIds } = await tenant(1, 2);
    const named = (hash: number, sender = 0) =>
      message(0, {
        client_msg_id: 'same',
        body_hash: Buffer.alloc(32, hash),
        ...senderOf(userIds[sender]!),
      });
    const outcomes = await repository.append([named(1), named(1), named(2), named(1, 1)], 0);
    expect(outcomes).toMatchObject([
      { verdict: 'sent', message: { seq: 1 } },
      { verdict: 'duplicate', message: { seq: 1 } },
      { code: 'idempotency_conflict' },
      { verdict: 'sent', message: { seq: 2 } },
    ]);
    const later = await repository.append([named(1), named(2)], 0);
    expect(later).toMatchObject([{ verdict: 'duplicate', message: { seq: 1 } }, { code: 'idempotency_conflict' }]);
    expect(await stateOf(roomIds[0]!)).toEqual(gapless(2));
  });

  it('refuses no body for what another one under its client_msg_id was refused for', async () => {
    const { roomIds, message } = await tenant();
    const named = (client_msg_id: string, hash: number, extras: NewMessage['extras'] = null) =>
      message(0, { client_msg_id, body_hash: Buffer.alloc(32, hash), extras });
    const run = (...batch: NewMessage[]) => new BatchRunner(repository).run(batch);
    await run(named('told', 1));
    expect(await run(named('told', 2), named('told', 1), named('told', 2), named('told', 1))).toMatchObject([
      { code: 'idempotency_conflict' },
      { verdict: 'duplicate', message: { seq: 1 } },
      { code: 'idempotency_conflict' },
      { verdict: 'duplicate', message: { seq: 1 } },
    ]);
    // However many they are: none of them can be written any more.
    const late = [2, 3, 4, 5, 6, 7, 1, 7].map((hash) => named('told', hash));
    expect(await run(...late)).toMatchObject([
      ...Array.from({ length: 6 }, () => ({ code: 'idempotency_conflict' })),
      { verdict: 'duplicate', message: { seq: 1 } },
      { code: 'idempotency_conflict' },
    ]);
    const lost = { reply_to_id: newId() };
    expect(await run(named('reply', 1, lost), named('reply', 2), named('reply', 2))).toMatchObject([
      { code: 'validation_failed' },
      { verdict: 'sent', message: { seq: 2 } },
      { verdict: 'duplicate', message: { seq: 2 } },
    ]);
    const many = [1, 2, 3, 4, 5].map((hash) => named('many', hash, lost));
    expect(await run(...many, named('other', 1))).toMatchObject([
      ...Array.from({ length: 3 }, () => ({ code: 'validation_failed' })),
      ...Array.from({ length: 2 }, () => ({ code: 'overloaded' })),
      { verdict: 'sent', message: { seq: 3 } },
    ]);
    expect(await stateOf(roomIds[0]!)).toEqual(gapless(3));
  });

  describe('of duplicates, where a feature has a part of messages', () => {
    let load: jest.MockedFunction<MessagePart['load']>;
    let withPart: AppendRepository;

    beforeEach(() => {
      load = jest.fn();
      const parts = new MessageParts(database);
      parts.register({ fields: ['reactions'], load });
      withPart = new AppendRepository(database, { complete: async () => undefined } as unknown as Idempotency, parts);
    });
    const named = (of: Awaited<ReturnType<typeof tenant>>, client_msg_id: string) =>
      of.message(0, { client_msg_id, body_hash: Buffer.alloc(32) });
    const hearts = [{ key: '❤', count: 1, user_ids: [asUserId('bob')] }];

    // Kept under an Idempotency-Key it must be whole when that is completed; else nobody waits for it with rooms locked.
    it.each([
      ['in its transaction beside an Idempotency-Key', true],
      ['after the commit without one', false],
    ])('asks for it once per tenant, %s, and not for what is new', async (_, withKey) => {
      const [one, other] = [await tenant(), await tenant()];
      const originals = [named(one, 'a'), named(other, 'a'), named(one, 'b')];
      await withPart.append(originals, 0);
      expect(load).not.toHaveBeenCalled();

      const inside: unknown[] = [];
      load.mockImplementation(async (on, _, ids) => {
        // Only the transaction that locks the rooms has an id.
        inside.push(...(await on.query('select pg_current_xact_id_if_assigned() is not null as inside')));
        return new Map(ids.map((id) => [id, { reactions: hearts }]));
      });
      const repeats = [named(one, 'a'), named(one, 'c'), named(other, 'a'), named(one, 'b'), named(one, 'b')];
      if (withKey) repeats[1]!.request.lease = {} as IdempotencyLease;
      const outcomes = await withPart.append(repeats, 0);
      expect(outcomes).toMatchObject([
        { verdict: 'duplicate', message: { id: originals[0]!.id, reactions: hearts } },
        { verdict: 'sent', message: { id: repeats[1]!.id, reactions: [] } },
        { verdict: 'duplicate', message: { id: originals[1]!.id, reactions: hearts } },
        { verdict: 'duplicate', message: { id: originals[2]!.id, reactions: hearts } },
        { verdict: 'duplicate', message: { id: originals[2]!.id, reactions: hearts } },
      ]);
      const asked = new Map(load.mock.calls.map(([, clientId, ids]) => [clientId, ids.toSorted()]));
      expect(load).toHaveBeenCalledTimes(2);
      expect(asked).toEqual(
        new Map([
          [one.clientId, [originals[0]!.id, originals[2]!.id].toSorted()],
          [other.clientId, [originals[1]!.id]],
        ]),
      );
      expect(inside).toEqual([{ inside: withKey }, { inside: withKey }]);
    });

    it('fails with it alone when it cannot be had: what is new in the batch is written', async () => {
      const one = await tenant();
      await withPart.append([named(one, 'a')], 0);
      load.mockImplementation(async (on) => new Map(await on.query('select no_such_column')));
      const batch = [named(one, 'b'), named(one, 'a'), named(one, 'c')];
      expect(await new BatchRunner(withPart).run(batch)).toMatchObject([
        { verdict: 'sent', message: { seq: 2 } },
        { code: 'internal' },
        { verdict: 'sent', message: { seq: 3 } },
      ]);
      expect(await stateOf(one.roomIds[0]!)).toEqual(gapless(3));
    });
  });

  it('stores what the sender is, which its user does not tell', async () => {
    const { clientId, message } = await tenant();
    const types = ['user', 'bot', 'client', 'system'] as const;
    const sent = await Promise.all(
      types.map((sender_type) =>
        gathered.send(message(0, { sender_type, ...(sender_type.length > 4 && { sender_pk: null, sender_id: null }) })),
      ),
    );
    expect(sent.map(({ message: { sender_type } }) => sender_type)).toEqual(types);
    expect(published.map(({ facts }) => facts.actor.type)).toEqual(types);
    const stored = await database.query(
      `select m.sender_type, e.actor_type from messages m
         join events e on e.client_id = m.client_id and e.subject_id = m.id
        where m.client_id = $1 order by m.seq`,
      [clientId],
    );
    expect(stored).toEqual(types.map((type) => ({ sender_type: type, actor_type: type })));
  });

  it('does not see another tenant’s room', async () => {
    const [one, other] = [await tenant(), await tenant()];
    const foreign = one.message(0, { room_id: other.roomIds[0]!, ...theClient });
    await expect(gathered.send(foreign)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses one tenant’s flood while others are served', async () => {
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const refusal = new Problem('not_found', 'x');
    const runner = { run: async (batch: NewMessage[]) => finished.then(() => batch.map(() => refusal)) };
    const busy = new GatheredSend(runner as unknown as BatchRunner, {} as RealtimePublisher, events);
    const { message } = await tenant();
    const codes: string[] = [];
    const send = (one: NewMessage) => void busy.send(one).catch((error: Problem) => codes.push(error.code));
    send(message());
    await new Promise(setImmediate);
    for (let n = 0; n < 1251; n++) send(message());
    send(message(0, { client_id: newId() }));
    await new Promise(setImmediate);
    expect(codes).toEqual(['overloaded']);
    finish();
    await until('all are answered', () => codes.length === 1253);
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(1);
  });
});

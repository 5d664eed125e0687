import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableUses, usesInSql, type Known } from '../support/tables.js';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const filesIn = (dir: string): string[] =>
  readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => `${dir}/${file}`);

/** Each table has one owner, which alone writes it. Rooms above may read it; the others ask the owner. */
const OWNERS: Record<string, string> = {
  installation: 'platform/database',
  idempotency_keys: 'tenancy/idempotency',
  audit_log: 'tenancy/audit',
  clients: 'tenancy/clients',
  client_streams: 'tenancy/clients',
  api_keys: 'tenancy/keys',
  auth_changes: 'tenancy/keys',
  users: 'tenancy/users',
  user_blocks: 'tenancy/users',
  events: 'engine/events',
  log_readers: 'engine/events',
  log_reader_failures: 'engine/events',
  providers: 'engine/providers',
  suppressions: 'engine/suppressions',
  link_keys: 'engine/suppressions',
  open_deliveries: 'engine/deliveries',
  ended_deliveries: 'engine/deliveries',
  // Both of them, to be read.
  deliveries: 'engine/deliveries',
  attempts: 'engine/deliveries',
  provider_breakers: 'engine/deliveries',
  provider_usage: 'engine/deliveries',
  delivery_deltas: 'engine/deliveries',
  delivery_rollups: 'engine/deliveries',
  parked_provider_events: 'engine/deliveries',
  provider_event_cursors: 'engine/deliveries',
  rooms: 'messaging/rooms',
  room_members: 'messaging/rooms',
  room_mentions: 'messaging/rooms',
  membership_changes: 'messaging/rooms',
  invites: 'messaging/invitations',
  join_requests: 'messaging/invitations',
  lifecycle_rescans: 'messaging/lifecycle',
  messages: 'messaging/messages',
  message_edits: 'messaging/messages',
  hidden_messages: 'messaging/messages',
  message_search: 'messaging/search',
  search_words: 'messaging/search',
  user_presence: 'messaging/presence',
  reactions: 'messaging/reactions',
  reaction_counts: 'messaging/reactions',
  thread_members: 'messaging/threads',
  scheduled_messages: 'messaging/scheduled',
  reports: 'messaging/moderation',
  word_lists: 'messaging/moderation',
  notifications: 'delivery/notifications',
  notification_tags: 'delivery/notifications',
  user_opt_outs: 'delivery/opt-outs',
  recoveries: 'delivery/recoveries',
  notification_dedup_keys: 'delivery/notifications',
  message_rollups: 'delivery/analytics',
  activity_rollups: 'delivery/analytics',
  sources: 'delivery/sources',
  inbound_events: 'delivery/sources',
  inbound_ids: 'delivery/sources',
  inbound_work: 'delivery/sources',
  rules: 'delivery/rules',
  made_by_rules: 'delivery/rules',
  notification_chains: 'delivery/notifications',
  webhook_endpoints: 'delivery/webhooks',
  endpoint_messages: 'delivery/webhooks',
  connection_rollups: 'delivery/analytics',
};

/** What may be all the same, and why. A line that nothing needs any more fails the test too. */
const EXCEPTIONS: Record<string, string> = {
  'src/messaging/messages/append/append.sql.ts writes rooms':
    'The gathered send judges, takes seq and rev, and writes in one statement, which is most of its speed.',
  'src/messaging/messages/append/append.sql.ts writes room_members':
    "The gathered send moves the sender's own markers in the same statement.",
  'src/messaging/messages/append/append.sql.ts writes room_mentions':
    'The gathered send notes who is mentioned, as above.',
  'src/messaging/messages/append/append.sql.ts writes events': 'The gathered send, as above.',
  'src/engine/events/events.repository.ts reads ${…}':
    'A stream takes its revs from its own row, whose lock orders them: rooms, users or client_streams.',
  'src/engine/events/events.repository.ts writes ${…}': 'The heads of streams, as above.',
  'src/platform/database/key-rotation.ts reads ${…}':
    'Secrets of every room are encrypted anew; the rooms declare where they lie, and what they say stays as it is.',
  'src/platform/database/key-rotation.ts writes ${…}': 'The rotation of keys, as above.',
  'src/tenancy/keys/keys.repository.ts reads users':
    "A cold key costs one round trip: its user's name comes with it. The foreign key to users is the key's own.",
};

/** The house from the ground up, read where .dependency-cruiser.cjs reads it. */
const order = [...read('src/app.module.ts').matchAll(/from '\.\/([\w-]+\/[\w-]+)\/[\w-]+\.module\.js'/g)].map(
  ([, room]) => room!,
);

const sources = filesIn('src').map((file) => ({ file, source: read(file) }));

const entities = sources.flatMap(({ file, source }) =>
  [...source.matchAll(/@Entity\('(\w+)'\)\s*export class (\w+)/g)].map(([, table, name]) => ({
    file,
    table: table!,
    name: name!,
  })),
);

const known: Known = {
  tables: new Set(Object.keys(OWNERS)),
  entities: new Map(entities.map(({ table, name }) => [name, table])),
};

const roomOf = (file: string): string => /^src\/([\w-]+\/[\w-]+)\//.exec(file)?.[1] ?? 'the wiring';

/** Those of a file's uses that go through a wall, as `file writes table`. */
function trespasses(file: string, source: string): string[] {
  const room = roomOf(file);
  const stands = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const found = tableUses(file, source, known).filter(({ table, access }) => {
    const owner = table === null ? undefined : OWNERS[table];
    if (owner === room) return false;
    return access === 'writes' || owner === undefined || stands(owner) > stands(room);
  });
  return [...new Set(found.map(({ table, access }) => `${file} ${access} ${table ?? '${…}'}`))];
}

describe('the tables of the house', () => {
  it('each have one owner, which is a room', () => {
    const made = filesIn('migrations').flatMap((file) =>
      [...read(file).matchAll(/^create (?:table|view) (\w+)/gm)].map(([, table]) => table!),
    );
    expect(made.toSorted()).toEqual(Object.keys(OWNERS).toSorted());
    expect(Object.values(OWNERS).filter((room) => !order.includes(room))).toEqual([]);
  });

  it("have their entities in the owner's folder", () => {
    expect(entities.length).toBeGreaterThan(0);
    expect(entities.filter(({ file, table }) => roomOf(file) !== OWNERS[table])).toEqual([]);
  });

  it('are written by their owners, and read by them and by what stands above them', () => {
    const found = sources.flatMap(({ file, source }) => trespasses(file, source));
    expect(found.toSorted()).toEqual(Object.keys(EXCEPTIONS).toSorted());
  });
});

describe('the reading of tables', () => {
  const inSql = (sql: string): string[] =>
    usesInSql(sql, known.tables).map(({ table, access }) => `${access} ${table}`);

  it.each([
    ['select 1 from rooms r', ['reads rooms']],
    ['SELECT 1 FROM Rooms', ['reads rooms']],
    ['select 1 from public.rooms, room_members m', ['reads rooms', 'reads room_members']],
    ['select (select max(seq) from messages), 1 from rooms', ['reads messages', 'reads rooms']],
    ['left join users c on c.client_id = r.client_id', ['reads users']],
    ['select 1 from (users u join rooms r on true), events', ['reads rooms', 'reads events']],
    ['insert into events as e (id) select id from rooms on conflict do nothing', ['writes events', 'reads rooms']],
    ['insert into rooms (id) values (1) on conflict (id) do update set id = 1', ['writes rooms']],
    ['update rooms r set name = s.name from messages s, users', ['writes rooms', 'reads messages', 'reads users']],
    ['delete from messages m using rooms r, users u where true', ['writes messages', 'reads rooms', 'reads users']],
    ['with gone as (delete from attempts returning 1) select 1 from gone', ['writes attempts']],
    ['with users as (select 1) select 1 from users', []],
    ['with recursive rooms (a, b) as (select 1, 2) select 1 from rooms', []],
    ['with w as materialized (select 1 from rooms) update w set x = 1', ['reads rooms']],
    ['select from rooms for update of r', ['reads rooms']],
    ['select 1 from unnest($1) as rooms (id) where a is distinct from rooms.id', []],
    ["select 'from users' -- from rooms\n from messages", ['reads messages']],
    ['truncate attempts', ['writes attempts']],
    ['lock table rooms', ['writes rooms']],
    ['Only members of rooms read from the users of a room.', []],
  ])('finds in %j %j', (sql, found) => {
    expect(inSql(sql)).toEqual(found);
  });

  it.each([
    ['src/tenancy/users/users.repository.ts', 'db.query(`select 1 from room_members m`)', 'reads room_members'],
    ['src/tenancy/users/users.repository.ts', 'db.query(`select 1 from users u ${JOIN} join rooms r`)', 'reads rooms'],
    ['src/tenancy/users/users.repository.ts', 'tx.manager.find(RoomEntity, {})', 'reads rooms'],
    ['src/tenancy/users/users.repository.ts', 'db.getRepository(RoomEntity).findBy({})', 'reads rooms'],
    ['src/messaging/sync/sync.repository.ts', "db.query('update rooms set name = $1')", 'writes rooms'],
    ['src/messaging/sync/sync.repository.ts', 'tx.manager.update(RoomEntity, {}, {})', 'writes rooms'],
    ['src/messaging/sync/sync.repository.ts', 'db.getRepository(RoomEntity).delete({})', 'writes rooms'],
    ['src/messaging/sync/sync.repository.ts', 'const rooms = db.getRepository(RoomEntity)', 'writes rooms'],
    ['src/messaging/sync/sync.repository.ts', 'db.query(`update ${table} set x = 1 where true`)', 'writes ${…}'],
    ['src/cli/seed.ts', "db.query('insert into users (id) values (1)')", 'writes users'],
    ['src/main.ts', "db.query('delete from users')", 'writes users'],
  ])('refuses in %s: %s', (file, source, found) => {
    expect(trespasses(file, source)).toEqual([`${file} ${found}`]);
  });

  it.each([
    ['src/messaging/rooms/rooms.repository.ts', "db.query('update rooms set name = $1 from users')"],
    ['src/messaging/rooms/rooms.repository.ts', 'tx.manager.update(RoomEntity, {}, {})'],
    ['src/messaging/sync/sync.repository.ts', 'db.getRepository(RoomEntity).find({})'],
    ['src/messaging/sync/sync.repository.ts', 'db.query(`select 1 from ${ROWS.sql} join rooms r on true where true`)'],
    ['src/messaging/sync/sync.repository.ts', 'printer.say(`from ${from} to ${to}`)'],
  ])('lets pass in %s: %s', (file, source) => {
    expect(trespasses(file, source)).toEqual([]);
  });
});

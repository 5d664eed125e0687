import type { Caller } from '../../src/tenancy/access/caller.js';
import { newId } from '../../src/platform/common/ids.js';
import type { Config } from '../../src/platform/config/config.js';
import { limits } from '../../src/platform/config/limits.js';
import { Database } from '../../src/platform/database/database.js';
import { ensurePartitions } from '../../src/platform/database/partitions.js';
import { EventsRepository } from '../../src/engine/events/events.repository.js';
import { EventsService } from '../../src/engine/events/events.service.js';
import { EventRegistry } from '../../src/platform/realtime/event.registry.js';
import { RealtimePublisher } from '../../src/platform/realtime/realtime.publisher.js';
import type { MessagesService } from '../../src/messaging/messages/messages.service.js';
import type { ResumeDto, RoomRecoveryDto } from '../../src/messaging/sync/sync.dto.js';
import { CatchUpReader } from '../../src/messaging/sync/catch-up.reader.js';
import { SyncRepository } from '../../src/messaging/sync/sync.repository.js';
import { SyncService } from '../../src/messaging/sync/sync.service.js';
import type { MessageViews, Reading } from '../../src/messaging/messages/message-views.js';
import { TestDatabase } from '../support/postgres.js';

let target: TestDatabase;
let database: Database;
let sync: SyncService;
const users = { refsOf: async () => new Map() };

beforeAll(async () => {
  target = await TestDatabase.create();
  database = await Database.connect({ databaseUrl: target.url, databasePoolSize: 4, role: 'all' } as unknown as Config);
  await ensurePartitions((sql) => database.query(sql));
  const repository = new EventsRepository(database, database.installation);
  const heads = new SyncRepository(database);
  const events = new EventsService(repository, users as never, new RealtimePublisher(), new EventRegistry());
  const views = { seenBy: async (_: string, readings: Reading[]) => readings.map(({ streams }) => streams) };
  sync = new SyncService(heads, {} as MessagesService, new CatchUpReader(heads, events, views as MessageViews));
});

afterAll(async () => {
  await database.close();
  await target.drop();
});

interface RoomOptions {
  history?: 'full' | 'since_join';
  joined_rev?: number;
  status?: 'active' | 'left';
  /** How many bytes each event's data holds. */
  weight?: number;
}

/** A client with one user, and rooms of theirs that hold as many events as asked. */
class Tenant {
  readonly clientId = newId();
  readonly userPk = newId();

  async make(): Promise<this> {
    const { clientId, userPk } = this;
    await database.query(`insert into clients (id, ref, name, slug, signing_secret) values ($1, $2, 'c', $2, 's')`, [
      clientId,
      clientId.slice(-12),
    ]);
    await database.query(`insert into users (client_id, user_pk, user_id) values ($1, $2, 'alice')`, [
      clientId,
      userPk,
    ]);
    return this;
  }

  async room(events: number, { history = 'full', joined_rev = 0, status = 'active', weight = 1 }: RoomOptions = {}) {
    const { clientId, userPk } = this;
    const id = newId();
    await database.query(
      `insert into rooms (client_id, id, room_type, history, max_members, member_count, last_rev, last_seq)
       values ($1, $2, 'group', $3, 10, 1, $4, $4)`,
      [clientId, id, history, events],
    );
    await database.query(
      `insert into room_members (client_id, room_id, user_pk, status, joined_rev, last_read_seq)
       values ($1, $2, $3, $4, $5, 1)`,
      [clientId, id, userPk, status, joined_rev],
    );
    await database.query(
      `insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, actor_type, data, occurred_at)
       select $1, 'room', $2, $2, $3, n, gen_random_uuid(), 'room.updated', 'system',
              jsonb_build_object('n', n, 'text', repeat('x', $5)), clock_timestamp() - ($4 - n) * interval '1 s'
         from generate_series(1, $4::int) n`,
      [clientId, id, this.epoch, events, weight],
    );
    return id;
  }

  get epoch(): string {
    return database.epochOf(1);
  }

  caller(permissions: string[] | null = ['read_messages']): Caller {
    return {
      kind: 'scoped',
      clientId: this.clientId,
      user: { user_pk: this.userPk, user_id: 'alice', display_name: null },
      permissions: permissions && new Set(permissions),
    } as unknown as Caller;
  }

  async resume(rooms: ResumeDto['rooms'], caller = this.caller()): Promise<RoomRecoveryDto[]> {
    return (await sync.resume(caller, { rooms })).rooms;
  }
}

const revsOf = (recovery: RoomRecoveryDto | undefined): number[] =>
  recovery?.recovered ? recovery.events!.map(({ rev }) => rev!) : [];

const upTo = (n: number, from = 1): number[] => Array.from({ length: n - from + 1 }, (_, i) => from + i);

describe('sync.resume', () => {
  let tenant: Tenant;

  beforeEach(async () => {
    tenant = await new Tenant().make();
  });

  it('returns every event after the position, ascending, with markers and the own side', async () => {
    const room_id = await tenant.room(5);
    const [recovery] = await tenant.resume([{ room_id, epoch: tenant.epoch, rev: 2 }]);
    expect(revsOf(recovery)).toEqual([3, 4, 5]);
    expect(recovery).toMatchObject({ room_id, recovered: true, epoch: tenant.epoch, rev: 5 });
    expect(recovery!.receipts).toEqual([{ user_id: 'alice', last_read_seq: 1, last_delivered_seq: 0 }]);
    expect(recovery!.me).toEqual({
      role: 'member',
      last_read_seq: 1,
      unread: 4,
      mentions: 0,
      muted_until: null,
      mentions_only: false,
      pinned: false,
      muted: false,
      hidden: false,
    });
  });

  it('has nothing to add for who is up to date', async () => {
    const room_id = await tenant.room(5);
    const [recovery] = await tenant.resume([{ room_id, epoch: tenant.epoch, rev: 5 }]);
    expect(recovery).toMatchObject({ recovered: true, events: [], rev: 5 });
  });

  it('says so where continuity cannot be proved: another epoch, a future, too far behind, a hole in the log', async () => {
    const behind = await tenant.room(limits.resume_events_per_stream + 1);
    const room_id = await tenant.room(5);
    const holed = await tenant.room(5);
    await database.query('delete from events where stream_id = $1 and rev = 4', [holed]);
    const recoveries = await tenant.resume([
      { room_id, epoch: '0.0', rev: 2 },
      { room_id, epoch: tenant.epoch, rev: 6 },
      { room_id: behind, epoch: tenant.epoch, rev: 0 },
      { room_id: holed, epoch: tenant.epoch, rev: 2 },
    ]);
    expect(recoveries.map(({ recovered }) => recovered)).toEqual([false, false, false, false]);
    expect(recoveries[0]).toMatchObject({ epoch: tenant.epoch, rev: 5, last_seq: 5 });
    expect(recoveries[0]).not.toHaveProperty('events');
  });

  it('never leaves a gap because of a wrong `at`', async () => {
    const room_id = await tenant.room(200);
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const [wrong] = await tenant.resume([{ room_id, epoch: tenant.epoch, rev: 2, at }]);
    expect(revsOf(wrong)).toEqual(upTo(200, 3));
    const lowish = new Date(Date.now() - 100_000).toISOString();
    const [half] = await tenant.resume([{ room_id, epoch: tenant.epoch, rev: 2, at: lowish }]);
    expect(revsOf(half)).toEqual(upTo(200, 3));
  });

  it('answers in the order asked, and leaves out rooms that are not the caller’s', async () => {
    const stranger = await new Tenant().make();
    const foreign = await stranger.room(3);
    const lost = await tenant.room(3, { status: 'left' });
    const [a, b] = [await tenant.room(3), await tenant.room(3)];
    const asked = [b, foreign, newId(), lost, a].map((room_id) => ({ room_id, epoch: tenant.epoch, rev: 1 }));
    const answer = await sync.resume(tenant.caller(), { rooms: asked });
    expect(answer.rooms.map(({ room_id }) => room_id)).toEqual([b, a]);
    expect(answer.more).toBe(false);
    const asClient = { ...tenant.caller(null), kind: 'master', user: null } as Caller;
    expect((await tenant.resume(asked, asClient)).map(({ room_id, me }) => [room_id, me])).toEqual([
      [b, null],
      [lost, null],
      [a, null],
    ]);
  });

  it('shows nothing from before the caller joined a room of history since_join', async () => {
    const room_id = await tenant.room(9, { history: 'since_join', joined_rev: 5 });
    const [before] = await tenant.resume([{ room_id, epoch: tenant.epoch, rev: 3 }]);
    expect(before).toMatchObject({ recovered: false, rev: 9 });
    const [since] = await tenant.resume([{ room_id, epoch: tenant.epoch, rev: 4 }]);
    expect(revsOf(since)).toEqual([5, 6, 7, 8, 9]);
  });

  it('leaves streams out whole beyond the number of events and of rooms, and says that there is more', async () => {
    const rooms = [];
    for (let i = 0; i < 4; i++) rooms.push(await tenant.room(limits.resume_events_per_stream));
    const small = await tenant.room(5);
    const asked = [...rooms, small].map((room_id) => ({ room_id, epoch: tenant.epoch, rev: 0 }));
    const first = await sync.resume(tenant.caller(), { rooms: asked });
    expect(first.rooms.map(({ room_id }) => room_id)).toEqual([...rooms.slice(0, 3), small]);
    expect(first.rooms.map((room) => revsOf(room).length)).toEqual([300, 300, 300, 5]);
    expect(first.more).toBe(true);
    const second = await sync.resume(tenant.caller(), { rooms: asked.slice(3, 4) });
    expect(second).toMatchObject({ more: false, rooms: [{ room_id: rooms[3] }] });
    const many = Array.from({ length: limits.resume_rooms + 1 }, () => asked[4]!);
    const third = await sync.resume(tenant.caller(), { rooms: many });
    expect([third.rooms.length, third.more]).toEqual([limits.resume_rooms, true]);
  });

  it('keeps an answer within its bytes, and never asks for ever about a stream that fits into none', async () => {
    const [a, b, huge, c] = [
      await tenant.room(10, { weight: 40_000 }),
      await tenant.room(10, { weight: 70_000 }),
      await tenant.room(20, { weight: 70_000 }),
      await tenant.room(1),
    ];
    let missing = [a, b, huge, c].map((room_id) => ({ room_id, epoch: tenant.epoch, rev: 0 }));
    const seen: RoomRecoveryDto[] = [];
    for (let more = true; more;) {
      const answer = await sync.resume(tenant.caller(), { rooms: missing });
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(limits.resume_bytes);
      expect(answer.rooms.length).toBeGreaterThan(0);
      seen.push(...answer.rooms);
      missing = missing.filter(({ room_id }) => !answer.rooms.some((room) => room.room_id === room_id));
      more = answer.more;
    }
    expect(missing).toEqual([]);
    expect(seen.filter(({ recovered }) => !recovered).map(({ room_id }) => room_id)).toEqual([huge]);
  });

  it('leaves the markers of large rooms to REST', async () => {
    const room_id = await tenant.room(1);
    await database.query('update rooms set member_count = 101 where id = $1', [room_id]);
    const [recovery] = await tenant.resume([{ room_id, epoch: tenant.epoch, rev: 0 }]);
    expect(recovery).toMatchObject({ recovered: true, receipts: [], me: { role: 'member' } });
  });

  it('recovers the user’s stream with any key, rooms only with read_messages', async () => {
    const room_id = await tenant.room(3);
    await database.query(`update users set last_rev = 2 where user_pk = $1`, [tenant.userPk]);
    await database.query(
      `insert into events (client_id, stream_type, stream_id, epoch, rev, id, type, actor_type, data, occurred_at)
       select $1, 'user', $2, $3, n, gen_random_uuid(), 'room.removed', 'system', '{}', clock_timestamp()
         from generate_series(1, 2) n`,
      [tenant.clientId, tenant.userPk, tenant.epoch],
    );
    const user = { epoch: tenant.epoch, rev: 1 };
    const answer = await sync.resume(tenant.caller([]), { user });
    expect(answer.user).toMatchObject({ recovered: true, rev: 2, events: [{ rev: 2 }] });
    const rooms = [{ room_id, epoch: tenant.epoch, rev: 1 }];
    await expect(sync.resume(tenant.caller([]), { user, rooms })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('positions of a session', () => {
  it('lists the active memberships, most recent rooms first', async () => {
    const tenant = await new Tenant().make();
    const [a, b] = [await tenant.room(1), await tenant.room(2)];
    await tenant.room(3, { status: 'left' });
    await database.query('update rooms set last_message_at = clock_timestamp() where id = $1', [a]);
    const session = await sync.session(tenant.caller());
    expect(session).toMatchObject({
      user: { epoch: tenant.epoch, rev: 0 },
      rooms: [
        { room_id: a, epoch: tenant.epoch, rev: 1 },
        { room_id: b, epoch: tenant.epoch, rev: 2 },
      ],
    });
    expect(Math.abs(Date.parse(session.server_time) - Date.now())).toBeLessThan(60_000);
  });
});

it('lets a few of many that come back at once read at a time, and answers all', async () => {
  const tenant = await new Tenant().make();
  const room = await tenant.room(5);
  const findHeads = SyncRepository.prototype.findHeads;
  let running = 0;
  let most = 0;
  SyncRepository.prototype.findHeads = async function (...args) {
    most = Math.max(most, ++running);
    try {
      return await findHeads.apply(this, args);
    } finally {
      running--;
    }
  };
  try {
    const position = { room_id: room, epoch: tenant.epoch, rev: 2 };
    const answers = await Promise.all(Array.from({ length: 40 }, () => tenant.resume([position])));
    expect(answers.every(([recovery]) => revsOf(recovery).join() === '3,4,5')).toBe(true);
    expect(most).toBeLessThanOrEqual(8);
  } finally {
    SyncRepository.prototype.findHeads = findHeads;
  }
});

import pg from 'pg';
import { BROAD_ROOMS, makeArchive, READER_ROOMS } from '../support/archive.js';
import { cpuOf } from '../support/cpu.js';
import { Product, type Tenant } from '../support/product.js';
import { LoadSocket } from '../support/socket-load.js';

/** Whose eyes see it: `reader` is in 50 rooms, `broad` in 2,000. */
export const READERS = { reader: READER_ROOMS, broad: BROAD_ROOMS } as const;
export type Reader = keyof typeof READERS;

/** Events that each of the reader's rooms has for whoever comes back. */
const MISSED = 10;

/** A call that is answered, whole, by as many things among few messages as among many. */
export interface Call {
  name: string;
  /** What is asked the nth time. */
  ask: (archive: Archive, n: number) => Promise<string>;
  /** How many things an answer holds. */
  sizeOf: (answer: string) => number;
}

interface Position {
  room_id: string;
  epoch: string;
  rev: number;
  at?: string;
}

interface RoomPlace {
  id: string;
  epoch: string;
  last_seq: number;
  last_rev: number;
  /** Of the last event that is not missed. */
  at: Date | null;
}

/** The product with a tenant of so many messages: what people ask of it. */
export class Archive {
  private constructor(
    readonly product: Product,
    private readonly keys: Record<Reader, string>,
    private readonly socket: LoadSocket,
    /** In the order of their making: the first is the largest. */
    readonly rooms: RoomPlace[],
  ) {}

  static async prepare(product: Product, databaseUrl: string, count: number): Promise<Archive> {
    const tenant = await product.tenant();
    const keys = { reader: await tenant.login('reader'), broad: await tenant.login('broad') };
    const rooms = await fill(tenant, databaseUrl, count);
    const socket = await LoadSocket.open(product.port, '/sockets', { api_key: keys.reader });
    return new Archive(product, keys, socket, rooms);
  }

  get(path: string, as: Reader): Promise<string> {
    return this.fetch('GET', path, as);
  }

  post(path: string, as: Reader, body: object): Promise<string> {
    return this.fetch('POST', path, as, body);
  }

  resume(body: object): Promise<string> {
    return this.socket.emit('sync.resume', body);
  }

  /** Positions of a reader that missed {@link MISSED} events in each of its first `behind` rooms. */
  positions(of: Reader, behind: number): { rooms: Position[] } {
    const rooms = this.rooms.slice(0, READERS[of]).map(({ id, epoch, last_rev, at }, index): Position => {
      const missed = index < behind ? MISSED : 0;
      return { room_id: id, epoch, rev: last_rev - missed, ...(missed > 0 && at ? { at: at.toISOString() } : {}) };
    });
    return { rooms };
  }

  /** What is not in memory yet, and code that is not compiled. @returns the last answer */
  async warm(call: Call, count: number): Promise<string> {
    let answer = '';
    for (let n = 0; n < count; n++) answer = await call.ask(this, n);
    return answer;
  }

  /** @returns milliseconds of each call, and the microseconds of CPU that the server and PostgreSQL took for each */
  async time(
    call: Call,
    { from, count, postmasterPid }: { from: number; count: number; postmasterPid: number },
  ): Promise<{ ms: number[]; cpu: number }> {
    const pids = [this.product.child.process.pid!, postmasterPid];
    const before = cpuOf(pids);
    const ms: number[] = [];
    for (let n = from; n < from + count; n++) {
      const began = performance.now();
      await call.ask(this, n);
      ms.push(performance.now() - began);
    }
    return { ms, cpu: (cpuOf(pids) - before) / count };
  }

  async stop(): Promise<void> {
    await this.socket.close();
    await this.product.stop();
  }

  /** The whole answer as text: what a client makes of it is not measured. */
  private async fetch(method: string, path: string, as: Reader, body?: object): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.product.port}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.keys[as]}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  }
}

const listed = (answer: string): number => (JSON.parse(answer) as { data: unknown[] }).data.length;

interface Caught {
  rooms: { events: unknown[] }[];
}
const eventsIn = ({ rooms }: Caught): number => rooms.reduce((sum, { events }) => sum + events.length, 0);
const caughtUp = (answer: string): number => eventsIn(JSON.parse(answer) as Caught);
const caughtUpBySocket = (answer: string): number => eventsIn((JSON.parse(answer) as [{ data: Caught }])[0].data);

const unreadRooms = (answer: string): number => (JSON.parse(answer) as { rooms: unknown[] }).rooms.length;

export const CALLS: Call[] = [
  {
    name: 'history: the newest page of a room of 50',
    ask: (archive, n) => archive.get(`/rooms/${archive.rooms[1 + (n % (READER_ROOMS - 1))]!.id}/messages`, 'reader'),
    sizeOf: listed,
  },
  {
    name: 'history: a page somewhere in the largest room',
    ask: (archive, n) => {
      const { id, last_seq } = archive.rooms[0]!;
      // A stride that comes to all parts of the room.
      const before = 100 + Math.floor(((n * 0.618) % 1) * (last_seq - 100));
      return archive.get(`/rooms/${id}/messages?before_seq=${before}`, 'reader');
    },
    sizeOf: listed,
  },
  {
    name: 'sync of 50 rooms, 10 events missed in each',
    ask: (archive) => archive.post('/sync', 'reader', archive.positions('reader', READER_ROOMS)),
    sizeOf: caughtUp,
  },
  {
    name: 'sync of 50 rooms, 10 events missed in each, by socket',
    ask: (archive) => archive.resume(archive.positions('reader', READER_ROOMS)),
    sizeOf: caughtUpBySocket,
  },
  {
    name: 'sync of 50 rooms, nothing missed',
    ask: (archive) => archive.post('/sync', 'reader', archive.positions('reader', 0)),
    sizeOf: caughtUp,
  },
  {
    name: 'sync of 2,000 rooms, 10 events missed in 50 of them',
    ask: (archive) => archive.post('/sync', 'broad', archive.positions('broad', READER_ROOMS)),
    sizeOf: caughtUp,
  },
  {
    name: 'unread total of 50 rooms',
    ask: (archive) => archive.get('/unread', 'reader'),
    sizeOf: unreadRooms,
  },
  {
    name: 'unread total of 2,000 rooms',
    ask: (archive) => archive.get('/unread', 'broad'),
    sizeOf: unreadRooms,
  },
  {
    name: 'room query of a user in 50 rooms',
    ask: (archive) => archive.post('/rooms/query', 'reader', { filter: { unread: { $gt: 0 } } }),
    sizeOf: listed,
  },
  {
    name: 'room query of a user in 2,000 rooms',
    ask: (archive) => archive.post('/rooms/query', 'broad', { filter: { unread: { $gt: 0 } } }),
    sizeOf: listed,
  },
];

async function fill(tenant: Tenant, databaseUrl: string, count: number): Promise<RoomPlace[]> {
  const db = new pg.Client(databaseUrl);
  await db.connect();
  try {
    const { rows } = await db.query<{ client_id: string }>(`select client_id from users where user_id = 'broad'`);
    const clientId = rows[0]!.client_id;
    await makeArchive(db, clientId, count);
    const { data } = await tenant.call<{ data: { epoch: string }[] }>('POST', '/rooms/query', { limit: 1 });
    const places = await db.query<Omit<RoomPlace, 'epoch'>>(
      `select r.id, r.last_seq::int, r.last_rev::int, e.occurred_at as at
         from bench_rooms b
         join rooms r on r.client_id = $1 and r.id = b.id
         left join events e on e.client_id = $1 and e.stream_id = r.id and e.rev = r.last_rev - $2
        order by b.n`,
      [clientId, MISSED],
    );
    return places.rows.map((place) => ({ ...place, epoch: data[0]!.epoch }));
  } finally {
    await db.end();
  }
}

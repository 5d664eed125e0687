import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { cpuOf } from '../support/cpu.js';
import type { BenchRoom, Tenant } from '../support/product.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';

const BARE = fileURLToPath(new URL('../floors/bare-sockets.js', import.meta.url));

const ROOMS_EACH = 20;
/** Messages that each room gets while all are away. */
const MISSED = 2;
const SENDERS = 32;
/** How long each step may take. */
const PATIENCE_MS = 120_000;
/** An idle server is one that has closed what was dropped. */
const REST_MS = 3_000;

interface Position {
  room_id: string;
  epoch: string;
  rev: number;
  at?: string;
}

interface Session {
  server_time: string;
  user: { epoch: string; rev: number };
  rooms: Position[];
}

interface Recovery {
  room_id: string;
  recovered: boolean;
  rev: number;
  events: { type: string; rev: number; data: { content: string } }[];
}

/** What came back to one user, as it came. */
type Answers = string[];

export interface Return {
  /** From the first connection's begin to the last's answer. */
  seconds: number;
  /** Microseconds of the server and PostgreSQL for each client. */
  cpu: number;
  /** Of how many connections and questions it was said that they should come again later; they did. */
  putOff: number;
}

/** Users who are all there, drop at once, miss messages, and all come back at once. */
export class Reconnects {
  private sent = 0;
  private putOff = 0;
  /** Where each stood when it dropped. */
  private sessions: Session[] = [];

  private constructor(
    private readonly tenant: Tenant,
    private readonly users: string[],
    private readonly keys: string[],
    private readonly rooms: BenchRoom[],
    private readonly postmasterPid: number,
    /** Answers to each what the product answered to one. */
    private bare: Child | null = null,
  ) {}

  /** `count` users in {@link ROOMS_EACH} rooms of `membersEach` members. */
  static async prepare(
    tenant: Tenant,
    { count, membersEach }: { count: number; membersEach: number },
    postmasterPid: number,
  ): Promise<Reconnects> {
    const users = Array.from({ length: count }, (_, index) => `returner-${membersEach}-${index}`);
    const groups = Array.from({ length: Math.ceil(count / membersEach) }, (_, group) => group * membersEach);
    const made = await eachOf(groups, async (start) => {
      const members = users.slice(start, start + membersEach);
      const rooms: BenchRoom[] = [];
      // One after another: rooms of the same people wait for each other.
      for (let n = 0; n < ROOMS_EACH; n++) rooms.push(await tenant.room(`Return ${start} ${n}`, members));
      return rooms;
    });
    const rooms = made.flat();
    const keys: string[] = [];
    await eachOf(users, async (user, index) => void (keys[index] = await tenant.login(user)));
    const reconnects = new Reconnects(tenant, users, keys, rooms, postmasterPid);
    const answer = await reconnects.sample();
    const bare = await Child.start([BARE], { ROOMS_EACH: String(ROOMS_EACH) });
    await bare.ready('/');
    const socket = await LoadSocket.open(bare.port, '/sockets');
    await socket.emit('answer.set', answer);
    await socket.close();
    reconnects.bare = bare;
    return reconnects;
  }

  /** @throws Error where anybody has not got exactly what it missed */
  async measure(): Promise<Return> {
    await this.leave();
    return this.comeBack();
  }

  /** All drop, and miss messages. */
  async leave(): Promise<void> {
    this.sessions = await this.come();
    await this.sendMissed();
  }

  /** All come back at once. @throws Error where anybody has not got exactly what it missed */
  async comeBack(): Promise<Return> {
    const { sessions } = this;
    const answers: Answers[] = [];
    this.putOff = 0;
    const order = shuffled(sessions.map((_, index) => index));
    const measured = await this.return(this.tenant.server, async (at) => {
      const index = order[at]!;
      const { port } = this.tenant;
      const socket = await this.insist(() => LoadSocket.open(port, '/sockets', { api_key: this.keys[index]! }));
      answers[index] = await this.catchUp(socket, sessions[index]!);
      return socket;
    });
    for (const [index, answer] of answers.entries()) this.check(answer, sessions[index]!);
    return { ...measured, putOff: this.putOff };
  }

  /** As many connections to a bare server that knows nobody and answers each by the same bytes at once. */
  async floor(): Promise<Return> {
    const { bare } = this;
    const measured = await this.return(bare!, async () => {
      const socket = await LoadSocket.open(bare!.port, '/sockets');
      await socket.emit('sync.resume', {});
      return socket;
    });
    return { ...measured, putOff: 0 };
  }

  async stop(): Promise<void> {
    await this.bare?.stop();
  }

  /** What one of them gets that missed as much as all will. */
  private async sample(): Promise<object> {
    const [session] = await this.come(1);
    await this.sendMissed();
    const socket = await LoadSocket.open(this.tenant.port, '/sockets', { api_key: this.keys[0]! });
    const [answer] = await this.catchUp(socket, session!);
    await socket.close();
    return (JSON.parse(answer!) as object[])[0]!;
  }

  /** All connect, see where everything stands, and drop. */
  private async come(count = this.users.length): Promise<Session[]> {
    const sessions: Session[] = [];
    const { port } = this.tenant;
    const sockets = await openSockets(count, async (index) => {
      let ready: (session: Session) => void;
      const session = new Promise<Session>((resolve) => (ready = resolve));
      const socket = await LoadSocket.open(port, '/sockets', { api_key: this.keys[index]! }, (packet) => {
        const [name, body] = JSON.parse(packet.slice(1)) as [string, Session];
        if (name === 'session.ready') ready(body);
      });
      sessions[index] = await inTime(session, 'session.ready');
      return socket;
    });
    for (const socket of sockets) socket.drop();
    return sessions;
  }

  private async sendMissed(): Promise<void> {
    const sends = this.rooms.flatMap((room) => Array.from({ length: MISSED }, () => room));
    await eachOf(sends, async ({ id, members }) => {
      const body = { content: 'Sent while everybody was away.', client_msg_id: `missed-${this.sent++}` };
      const sender = members[this.sent % members.length];
      await this.tenant.call('POST', `/rooms/${id}/messages`, body, { 'x-user-id': sender });
    });
    await sleep(REST_MS);
  }

  private async return(server: Child, comeBack: (at: number) => Promise<LoadSocket>) {
    const count = this.users.length;
    const pids = [server.process.pid!, this.postmasterPid];
    const before = cpuOf(pids);
    const began = performance.now();
    const sockets = await inTime(openSockets(count, comeBack, count), `the last of ${count} returns`);
    const measured = { seconds: (performance.now() - began) / 1_000, cpu: (cpuOf(pids) - before) / count };
    for (const socket of sockets) socket.drop();
    await sleep(REST_MS);
    return measured;
  }

  /** Asks until nothing was left out. Answers are read later: what a client makes of them is not measured. */
  private async catchUp(socket: LoadSocket, session: Session): Promise<Answers> {
    const { user, server_time: at } = session;
    const answers: Answers = [];
    let rooms = session.rooms.map((room) => ({ ...room, at }));
    for (;;) {
      const asked = { user: { ...user, at }, rooms };
      const answer = await this.insist(async () => {
        const text = await socket.emit('sync.resume', asked);
        if (!text.startsWith('[{"ok":true')) throw new Error(text);
        return text;
      });
      answers.push(answer);
      if (!answer.includes('"more":true')) return answers;
      rooms = rooms.filter(({ room_id }) => !answer.includes(`{"room_id":"${room_id}"`));
    }
  }

  /** Comes again where it is told to. */
  private async insist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error as Error).message.includes('"retryable":true')) throw error;
        this.putOff++;
        await sleep(1_000 + Math.random() * 1_000);
      }
    }
  }

  /** Each room of it once, gapless from where it stood, and as many messages as were sent. */
  private check(answers: Answers, session: Session): void {
    const found = new Map<string, Recovery>();
    for (const answer of answers) {
      const [{ data }] = JSON.parse(answer) as [{ data: { rooms: Recovery[] } }];
      for (const room of data.rooms) {
        if (found.has(room.room_id)) throw new Error(`room ${room.room_id} was told twice`);
        found.set(room.room_id, room);
      }
    }
    for (const { room_id, rev } of session.rooms) {
      const room = found.get(room_id);
      const revs = room?.events?.map((event) => event.rev) ?? [];
      const messages = room?.events?.filter(({ type }) => type === 'message.created') ?? [];
      const gapless = revs.every((one, at) => one === rev + 1 + at) && room?.rev === rev + revs.length;
      if (!room?.recovered || !gapless || messages.length !== MISSED) {
        throw new Error(`room ${room_id} after rev ${rev}: ${JSON.stringify(room)}`);
      }
    }
    if (session.rooms.length !== ROOMS_EACH) throw new Error(`${session.rooms.length} rooms in session.ready`);
  }
}

async function inTime<T>(awaited: Promise<T>, name: string): Promise<T> {
  const late = new AbortController();
  const waited = sleep(PATIENCE_MS, null, { signal: late.signal }).then(() => {
    throw new Error(`waited in vain for ${name}`);
  });
  try {
    return await Promise.race([awaited, waited]);
  } finally {
    waited.catch(() => null);
    late.abort();
  }
}

/** Who shares rooms does not come side by side. */
function shuffled<T>(all: T[]): T[] {
  const keyed = all.map((one): [number, T] => [Math.random(), one]);
  return keyed.sort(([a], [b]) => a - b).map(([, one]) => one);
}

/** A few at a time. */
async function eachOf<T, R>(all: T[], work: (one: T, index: number) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (next < all.length) {
        const index = next++;
        answers[index] = await work(all[index]!, index);
      }
    }),
  );
  return answers;
}

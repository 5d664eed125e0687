import type { Envelope, Told } from '../live/types.js';
import { FakeRoom } from './fake-room.js';

/** One line of it, as `socket.io-client` gives one. */
class FakeSocket {
  connected = false;
  auth: { api_key?: string } = {};
  user = '';
  private readonly listeners = new Map<string, ((data: Told) => void)[]>();
  private readonly all: ((name: string, data: Told) => void)[] = [];
  private readonly open = new Set<(error: Error) => void>();

  constructor(private readonly service: FakeService) {}

  on(name: string, listener: (data: Told) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  onAny(listener: (name: string, data: Told) => void): void {
    this.all.push(listener);
  }

  connect(): void {
    void Promise.resolve().then(() => this.service.accept(this));
  }

  disconnect(): void {
    this.end();
  }

  emit(name: string, data: Told): void {
    if (this.connected) void this.service.answer(this, name, data);
  }

  timeout(ms: number): { emitWithAck(name: string, data: Told): Promise<Told> } {
    return {
      emitWithAck: (name, data) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(() => done(new Error('operation has timed out')), ms);
          const done = (error: Error | undefined, answer?: Told) => {
            clearTimeout(timer);
            this.open.delete(done);
            if (error) reject(error);
            else resolve(answer);
          };
          this.open.add(done);
          void this.service.answer(this, name, data).then((answer) => this.connected && done(undefined, answer));
        }),
    };
  }

  /** What the service says on it. */
  tell(name: string, data: Told): void {
    // A value of its own, as what crosses a line is.
    const told = data instanceof Error ? data : JSON.parse(JSON.stringify(data));
    for (const listener of this.listeners.get(name) ?? []) listener(told);
    for (const listener of this.all) listener(name, told);
  }

  /** It is over: for both sides, or as who is cut off sees it. */
  end(reason?: string): void {
    const was = this.connected;
    this.connected = false;
    this.service.sockets.delete(this);
    for (const fail of this.open) fail(new Error('socket has been disconnected'));
    if (was && reason) this.tell('disconnect', reason);
  }
}

interface Person {
  rev: number;
  events: Envelope[];
  invites: Told[];
  hidden: Set<string>;
}

const problem = (code: string, status: number, more: object = {}) => ({
  type: '',
  title: code,
  detail: code,
  instance: '',
  request_id: 'q',
  errors: [],
  retryable: status >= 500,
  code,
  status,
  ...more,
});

const MOST_RESUMED = 300;
const services = new Map<string, FakeService>();
let made = 0;

/** In the place of `io` of `socket.io-client`. */
export const socketTo = (url: string): FakeSocket => new FakeSocket(services.get(url)!);

/**
 * The service as its documents describe it, in memory: answers and events arrive when, and as often as, a test says. What
 * it can't show is what the service itself does: that, the tests against the product show.
 */
export class FakeService {
  readonly url = `http://fake-${++made}.test`;
  readonly rooms = new Map<string, FakeRoom>();
  readonly sockets = new Set<FakeSocket>();
  /** Whose key is which. */
  readonly keys = new Map([['key', 'ann']]);
  /** Everything that was asked, by REST and over sockets. */
  readonly asked: string[] = [];
  readonly said: { name: string; data: Told }[] = [];
  epoch = '1.1';
  isReachable = true;
  /** How an event arrives; at once unless told. */
  deliver: (event: Envelope, send: () => void) => void = (_, send) => send();
  /** Answers in the place of the service: a problem, `hang`, or nothing to leave it to the service. */
  interfere: (name: string, data: Told) => object | 'hang' | undefined = () => undefined;
  private readonly people = new Map<string, Person>();
  private readonly held: { match: RegExp; until: Promise<void> }[] = [];
  private ids = 0;

  constructor() {
    services.set(this.url, this);
  }

  id(of: string): string {
    return `${of}${++this.ids}`;
  }

  person(user: string): Person {
    let one = this.people.get(user);
    if (!one) this.people.set(user, (one = { rev: 0, events: [], invites: [], hidden: new Set() }));
    return one;
  }

  room(...members: string[]): FakeRoom {
    const room = new FakeRoom(this, this.id('room-'), members);
    this.rooms.set(room.id, room);
    return room;
  }

  /** The answer to the next request like this waits, as it is now, until it is let go. */
  hold(match: RegExp): () => void {
    let go = () => {};
    const until = new Promise<void>((resolve) => (go = resolve));
    this.held.push({ match, until });
    return go;
  }

  /** Ends the lines there are; `isReachable` says whether others can be had. */
  cut(isReachable = false): void {
    this.isReachable = isReachable;
    for (const socket of this.sockets) socket.end('transport close');
  }

  /** An event of somebody's own stream; without durability it is in no log. */
  tell(user: string, type: string, data: Told, isDurable = true): void {
    const person = this.person(user);
    const event = this.envelope(`user:${user}`, null, type, data);
    if (isDurable) person.events.push(Object.assign(event, { epoch: this.epoch, rev: ++person.rev }));
    this.publish(event, [user]);
  }

  publish(event: Envelope, users: string[]): void {
    for (const socket of this.sockets) {
      if (!users.includes(socket.user)) continue;
      this.deliver(event, () => socket.connected && socket.tell(event.type, event));
    }
  }

  /** What is told every so often: where everything stands. */
  heads(): void {
    for (const socket of this.sockets) {
      const rooms = [...this.rooms.values()].filter((room) => room.has(socket.user)).map((room) => room.position);
      const { rev } = this.person(socket.user);
      const data = { rooms, user: { epoch: this.epoch, rev } };
      socket.tell('sync.heads', this.envelope(`user:${socket.user}`, null, 'sync.heads', data));
    }
  }

  envelope(stream: string, room_id: string | null, type: string, data: Told): Envelope {
    const occurred_at = new Date().toISOString();
    return { id: this.id('event-'), type, stream, room_id, occurred_at, actor: { id: null, type: 'user' }, data };
  }

  accept(socket: FakeSocket): void {
    if (!this.isReachable) return socket.tell('connect_error', new Error('xhr poll error'));
    const user = this.keys.get(socket.auth.api_key!);
    if (!user)
      return socket.tell('connect_error', Object.assign(new Error('no'), { data: problem('invalid_key', 401) }));
    socket.connected = true;
    socket.user = user;
    this.sockets.add(socket);
    const rooms = [...this.rooms.values()].filter((room) => room.has(user)).map((room) => room.position);
    const own = { epoch: this.epoch, rev: this.person(user).rev };
    socket.tell('session.ready', { session_id: this.id('session-'), user_id: user, user: own, rooms });
  }

  /** An event up and its acknowledgement. */
  async answer(socket: FakeSocket, name: string, data: Told): Promise<Told> {
    this.said.push({ name, data });
    const instead = this.interfere(name, data);
    if (instead === 'hang') return new Promise(() => {});
    const answer = instead ? { ok: false, error: instead } : this.acknowledged(socket, name, data);
    await this.wait(name);
    return answer;
  }

  private acknowledged(socket: FakeSocket, name: string, data: Told): Told {
    const { user } = socket;
    const ok = (given: Told) => ({ ok: true, data: given });
    if (name === 'sync.resume') return ok(this.resumed(user, data));
    if (name === 'auth.refresh') {
      const other = this.keys.get(data.api_key);
      if (other === user) return ok({ user_id: user });
      return { ok: false, error: other ? problem('user_mismatch', 403) : problem('invalid_key', 401) };
    }
    if (name === 'presence.subscribe') {
      return ok({ users: data.user_ids.map((user_id: string) => ({ user_id, state: 'online', text: null })) });
    }
    if (!data.room_id) return ok(data);
    const room = this.rooms.get(data.room_id);
    if (!room?.has(user)) return { ok: false, error: problem('not_found', 404) };
    if (name === 'message.send') return ok(room.send(user, data));
    if (name === 'message.edit') return ok(room.edit(data.message_id, data.content));
    if (name === 'receipt.read') return ok(room.read(user, data.seq));
    return ok({});
  }

  private resumed(user: string, { user: own, rooms = [] }: Told): Told {
    const since = (events: Envelope[], rev: number, from: Told) =>
      from.epoch === this.epoch && rev - from.rev <= MOST_RESUMED
        ? { recovered: true, epoch: this.epoch, rev, events: events.filter((one) => one.rev! > from.rev) }
        : { recovered: false, epoch: this.epoch, rev };
    const { events, rev } = this.person(user);
    return {
      ...(own && { user: since(events, rev, own) }),
      rooms: rooms.flatMap((from: Told) => {
        const room = this.rooms.get(from.room_id);
        if (!room?.has(user)) return [];
        return [{ room_id: room.id, ...since(room.hydrated(), room.rev, from), ...room.sides(user) }];
      }),
      more: false,
    };
  }

  /** In the place of `fetch`, whichever way it is called. */
  readonly fetch = async (input: Told, init: Told = {}): Promise<Response> => {
    const isRequest = typeof input === 'object' && 'url' in input;
    const url = new URL(isRequest ? input.url : String(input));
    const method: string = init.method ?? (isRequest ? input.method : 'GET');
    const signal: AbortSignal | undefined = init.signal ?? (isRequest ? input.signal : undefined);
    const headers = new Headers(init.headers ?? (isRequest ? input.headers : {}));
    const text: string = init.body ?? (isRequest && method !== 'GET' ? await input.text() : '');
    const path = url.pathname.replace('/api/v1', '');
    const name = `${method} ${path}${url.search}`;
    this.asked.push(name);
    if (!this.isReachable) throw new TypeError('fetch failed');
    const instead = this.interfere(`${method} ${path}`, text);
    if (instead === 'hang') return new Promise((_, reject) => onAbort(signal, reject));
    const user = this.keys.get(headers.get('authorization')?.slice('Bearer '.length) ?? '');
    const body = instead ?? (user ? this.rest(user, path, url.searchParams, text) : problem('invalid_key', 401));
    const answer = JSON.stringify(body);
    await Promise.race([this.wait(name), new Promise((_, reject) => onAbort(signal, reject))]);
    signal?.throwIfAborted();
    const status = (body as Told).code && (body as Told).request_id ? (body as Told).status : 200;
    return new Response(answer, { status, headers: { 'content-type': 'application/json' } });
  };

  private rest(user: string, path: string, query: URLSearchParams, text: string): Told {
    const mine = [...this.rooms.values()].filter((room) => room.has(user));
    const list = (data: Told[]) => ({ data, page: { next_cursor: null, has_more: false } });
    if (path === '/users/me') return { user_id: user, display_name: user.toUpperCase(), avatar_url: null };
    if (path === '/users/me/blocks') return list([]);
    if (path === '/invites') return list(this.person(user).invites);
    if (path === '/rooms/query') return list(mine.map((room) => ({ ...room.whole(user), members: room.people(0, 5) })));
    if (path === '/unread') {
      const total_unread = mine.reduce((sum, room) => sum + room.me(user).unread, 0);
      return { total_unread, total_mentions: 0, rooms: [] };
    }
    const invited = this.invitation(user, path, text);
    if (invited) return invited;
    const [, , id, what, more] = path.split('/');
    const room = this.rooms.get(id!);
    if (!room?.has(user)) return problem('not_found', 404);
    if (what === undefined) return room.whole(user);
    if (what === 'members') return room.memberPage(query);
    if (what === 'unread') return room.markUnread(user, JSON.parse(text).seq);
    if (what === 'messages' && more === undefined) return room.page(user, query);
    if (what === 'messages') return room.told(user, room.find(more!));
    return problem('not_found', 404);
  }

  /** What becomes of an invitation is in its answer and, a moment later, in the user's stream. */
  private invitation(user: string, path: string, text: string): Told {
    const { 1: id, 2: verb } = /^\/invites\/(?:([^/]+)\/)?(accept|decline)$/.exec(path) ?? [];
    if (!verb) return undefined;
    const person = this.person(user);
    const invite = person.invites.find((one) => (id ? one.id === id : one.code === JSON.parse(text).code));
    if (!invite) return problem('not_found', 404);
    person.invites = person.invites.filter((one) => one !== invite);
    const type = verb === 'accept' ? 'invite.accepted' : 'invite.declined';
    this.tell(user, type, { ...invite, status: type.slice(7) });
    if (verb === 'decline') return { ...invite, status: 'declined' };
    const room = this.rooms.get(invite.room_id)!;
    room.join(user);
    return room.people(0, 1_000).find((member) => member.user_id === user);
  }

  private async wait(name: string): Promise<void> {
    const at = this.held.findIndex(({ match }) => match.test(name));
    if (at >= 0) await this.held.splice(at, 1)[0]!.until;
  }
}

function onAbort(signal: AbortSignal | undefined, reject: (error: unknown) => void): void {
  if (signal?.aborted) reject(signal.reason);
  signal?.addEventListener('abort', () => reject(signal.reason));
}

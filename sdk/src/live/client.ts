import { ChatError } from '../errors.js';
import { createHttp, type Http } from '../http.js';
import { keySource } from '../key.js';
import { list, type List } from '../pages.js';
import { Engine } from './engine.js';
import { Line } from './line.js';
import { transient } from './transient.js';
import { Outbox, type Entry, type Sender } from './outbox.js';
import { unreadOf, type Kept } from './reduce.js';
import { ChatRoom } from './room.js';
import { MemoryStorage } from './storage.js';
import { Derived, guarded, Value } from './store.js';
import type {
  ChatClientOptions,
  Connection,
  CreateRoomBody,
  Envelope,
  Invite,
  Member,
  NotificationItem,
  OwnPresence,
  Presence,
  Room,
  RoomSummary,
  SearchHit,
  Store,
  UnreadTotals,
  User,
  Told,
} from './types.js';

const UNREAD_MS = 1_000;
const RETRY_MS = 2_000;

/**
 * A user's chat: rooms, messages, presence and notifications as values that can be observed, kept complete over whatever
 * happens to the connection. Nothing is sent before {@link connect}.
 */
export class ChatClient {
  /** Every route of the API that the key opens, typed; failures are thrown as {@link ChatError}. */
  readonly api: Http;
  /** Whether there is a line, and whether what was missed is being fetched. */
  readonly connection: Store<Connection>;
  /** Who is logged in; null until it is known. */
  readonly me: Store<User | null>;
  /** The rooms of the user, newest activity first, hidden ones too (`me.hidden`). */
  readonly rooms: Store<RoomSummary[]>;
  /** Over all rooms that are neither muted nor hidden. */
  readonly unread: Store<UnreadTotals>;
  /** The latest notifications, newest first. */
  readonly notifications: Store<NotificationItem[]>;
  /** Of those who are watched. */
  readonly presence: Store<ReadonlyMap<string, Presence>>;
  /** Invitations that wait for an answer. */
  readonly invites: Store<Invite[]>;

  private readonly user = new Value<User | null>(null);
  private readonly totals = new Value<UnreadTotals>({ total_unread: 0, total_mentions: 0 });
  private readonly present = new Value<ReadonlyMap<string, Presence>>(new Map());
  private readonly watched = new Map<string, number>();
  private readonly listeners = new Map<string, Set<(event: Envelope) => void>>();
  private readonly open = new Map<string, ChatRoom>();
  private readonly summaries = new WeakMap<Kept, RoomSummary>();
  private listed = new Map<string, RoomSummary>();
  private order: RoomSummary[] = [];
  private readonly list = new Derived(() => this.summarised());
  private readonly news = new Derived(() => this.engine.index?.notifications ?? []);
  private readonly asked = new Derived(() => this.engine.index?.invites ?? []);
  private readonly line: Line;
  private readonly outbox: Outbox;
  private readonly engine: Engine;
  /** Whose messages are in the outbox; null until it is known. */
  private owner: string | null = null;
  /** Ends with the line. */
  private session = new AbortController();
  private restored: Promise<void> | undefined;
  private begun: Promise<void> | undefined;
  private wanted = false;
  private unreadTimer: ReturnType<typeof setTimeout> | undefined;
  private watchTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param options where ChatAPI is, and the user's key */
  constructor(options: ChatClientOptions) {
    const { url, storage = new MemoryStorage(), window = 400, max_rooms = 1_000 } = options;
    const { timeout_ms = 10_000, backoff_ms = 500 } = options;
    const keys = keySource(options.key);
    this.api = createHttp({ url, key: keys, ...(options.fetch && { fetch: options.fetch }) });
    this.line = new Line(
      { url, keys, timeoutMs: timeout_ms, backoffMs: backoff_ms },
      {
        ready: (session) => void this.begin(session),
        hear: (event) => this.engine.hear(event),
      },
    );
    const call = (method: string, path: string, init?: object) => this.call(method, path, init);
    const room = (id: string) => this.room(id);
    this.engine = new Engine(
      {
        line: this.line,
        call,
        room,
        heard: (event) => this.heard(event),
        changed: (what) => {
          if (what === 'rooms') return this.list.changed();
          this.news.changed();
          this.asked.changed();
        },
        forget: () => this.forget(),
        window: Math.max(window, 100),
        max_rooms,
      },
      storage,
    );
    this.outbox = new Outbox({
      ask: (event, data) => this.line.ask(event, data),
      isOnline: () => this.line.isOnline,
      save: () => this.save(),
      changed: (id) => this.room(id).changed(),
      taken: (message) => void this.room(message.room_id).taken(message, true),
    });
    this.connection = this.line.state;
    this.connection.subscribe(() => {
      if (this.line.isOnline) return;
      this.session.abort(transient('unreachable', 'The connection was lost meanwhile'));
    });
    this.me = this.user;
    this.rooms = this.list;
    this.unread = this.totals;
    this.notifications = this.news;
    this.presence = this.present;
    this.invites = this.asked;
  }

  /**
   * Shows what was kept, connects, and stays connected until {@link disconnect}. Settles when everything that was missed is
   * there; fails when the key is refused for good.
   */
  async connect(signal?: AbortSignal): Promise<void> {
    this.wanted = true;
    await (this.restored ??= this.restore());
    if (!this.wanted) throw new ChatError('closed', 'The client was disconnected');
    this.line.start();
    for (;;) {
      await this.ready(signal, true);
      try {
        return await this.begun;
      } catch (error) {
        // The line was lost on the way: the next session goes on.
        if (!isTransient(error)) throw error;
      }
    }
  }

  /** Ends the connection; what is kept stays, and is shown. {@link connect} goes on from there. */
  disconnect(): void {
    this.wanted = false;
    this.line.stop();
  }

  /** Ends it for good, and writes what is to be kept. */
  async close(): Promise<void> {
    this.wanted = false;
    this.line.stop('closed', new ChatError('closed', 'The client was closed'));
    clearTimeout(this.unreadTimer);
    clearTimeout(this.watchTimer);
    for (const room of this.open.values()) room.typists([]);
    await this.engine.keeper.flush();
  }

  /** A room, the same object for the same id. */
  room(roomId: string): ChatRoom {
    let room = this.open.get(roomId);
    if (!room) {
      room = new ChatRoom(roomId, {
        engine: this.engine,
        line: this.line,
        outbox: this.outbox,
        call: (method, path, init) => this.call(method, path, init),
        me: () => this.sender(),
        ready: (signal) => this.ready(signal),
        unreadChanged: (by) => this.count(by),
      });
      this.open.set(roomId, room);
    }
    return room;
  }

  /** Makes a room; its maker is a member. */
  async createRoom(body: CreateRoomBody): Promise<Room> {
    const room: Room = await this.call('POST', '/rooms', { body });
    await this.gained(room.id);
    return room;
  }

  /** The direct room with somebody, made when there is none. */
  directRoom(userId: string): Promise<Room> {
    return this.createRoom({ room_type: 'direct', members: [userId] });
  }

  /** Joins a public room. */
  async joinRoom(roomId: string): Promise<Member> {
    const member: Member = await this.call('POST', '/rooms/{room_id}/join', { path: { room_id: roomId } });
    await this.gained(roomId);
    return member;
  }

  /** Leaves a room, which vanishes from the list. */
  async leaveRoom(roomId: string): Promise<void> {
    await this.call('POST', '/rooms/{room_id}/leave', { path: { room_id: roomId } });
    this.engine.set(roomId, undefined);
  }

  /** By its id, or by the code of a link. */
  async acceptInvite(invite: string | { code: string }): Promise<Member> {
    const member: Member =
      typeof invite === 'string'
        ? await this.call('POST', '/invites/{id}/accept', { path: { id: invite } })
        : await this.call('POST', '/invites/accept', { body: invite });
    await this.gained(member.room_id);
    return member;
  }

  /** Declines an invitation. */
  async declineInvite(id: string): Promise<void> {
    await this.call('POST', '/invites/{id}/decline', { path: { id } });
  }

  /** Messages of the user's rooms, newest first. */
  search(query: string | SearchQuery, { signal }: { signal?: AbortSignal } = {}): List<SearchHit> {
    const fields = typeof query === 'string' ? { q: query } : query;
    return list((cursor) => this.call('GET', '/messages/search', { query: { ...fields, cursor }, signal }), signal);
  }

  /** Follows who is there, of people who share a room with the user. @returns what ends it */
  watchPresence(userIds: string[]): () => void {
    const ids = [...new Set(userIds)];
    for (const id of ids) this.watched.set(id, (this.watched.get(id) ?? 0) + 1);
    this.watchSoon();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      for (const id of ids) {
        const left = this.watched.get(id)! - 1;
        if (left > 0) this.watched.set(id, left);
        else this.watched.delete(id);
      }
      this.watchSoon();
    };
  }

  /** What others see of this user, on all its devices. */
  setPresence(state: OwnPresence['state'], text?: string | null): Promise<OwnPresence> {
    return this.line.ask('presence.set', { state, ...(text !== undefined && { text }) });
  }

  /** Calls back for each event, durable ones in order and once; `'*'` for all. @returns what ends it */
  on(eventType: string, listener: (event: Envelope) => void): () => void {
    const own = (event: Envelope) => listener(event);
    const all = this.listeners.get(eventType) ?? new Set();
    this.listeners.set(eventType, all.add(own));
    return () => void all.delete(own);
  }

  private async restore(): Promise<void> {
    const { engine, outbox } = this;
    const [me, kept] = await Promise.all([
      engine.keeper.read<User>('me'),
      engine.keeper.read<{ owner: string | null; entries: Entry[] }>('outbox'),
      engine.restore(),
    ]);
    this.owner = kept?.owner ?? engine.index?.user_id ?? null;
    if (me?.user_id && me.user_id === this.owner) this.user.set(me);
    if (Array.isArray(kept?.entries)) outbox.restore(kept.entries);
  }

  /** What was kept is known before anything is written over it. */
  private async save(): Promise<void> {
    await (this.restored ??= this.restore());
    await this.engine.keeper.write('outbox', { owner: this.owner, entries: this.outbox.all });
  }

  /** Who says something here: known before the profile is. */
  private sender(): Sender | null {
    return this.user.get() ?? (this.owner === null ? null : { user_id: this.owner, display_name: null });
  }

  private forget(): void {
    this.user.set(null);
    this.present.set(new Map());
    for (const room of this.open.values()) room.forget();
  }

  /** Waits for a session; `wanted`: not for one that nobody asked for. */
  private ready(signal?: AbortSignal, wanted = false): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const { status, error } = this.connection.get();
        if (status === 'online') done();
        else if (signal?.aborted) done(signal.reason);
        else if (status === 'closed') done(error ?? new ChatError('closed', 'The client was closed'));
        else if (wanted && status === 'idle') done(new ChatError('closed', 'The client was disconnected'));
      };
      const done = (error?: unknown) => {
        leave();
        signal?.removeEventListener('abort', look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const leave = this.connection.subscribe(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }

  private begin(session: { user_id: string | null; user: { epoch: string; rev: number } | null }): Promise<void> {
    const begun = this.began(session).catch(async (error: unknown) => {
      if (!isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      // Another session begins it itself.
      if (this.begun !== begun || !this.line.isOnline) throw error;
      return this.begin(session);
    });
    begun.catch(() => {});
    return (this.begun = begun);
  }

  private async began(session: { user_id: string | null; user: { epoch: string; rev: number } | null }): Promise<void> {
    for (const room of this.open.values()) room.typists([]);
    if (this.owner !== null && this.owner !== session.user_id) this.outbox.clear();
    this.owner = session.user_id;
    this.session = new AbortController();
    this.outbox.flush();
    if (this.watched.size > 0) this.watchSoon();
    await this.engine.begin(session);
    if (!session.user_id) return;
    const me: User = await this.call('GET', '/users/{user_id}', { path: { user_id: 'me' } });
    this.user.set(me);
    void this.engine.keeper.write('me', me);
    for (const room of this.open.values()) {
      room.changed();
      void room.fill().catch(() => {});
    }
    this.countAnew();
  }

  /** A room that this user is in from now on, whichever comes first: the answer or the event. */
  private async gained(id: string): Promise<void> {
    if (!this.engine.kept.get(id)?.me) await this.engine.read(id);
    await this.engine.catchUp();
  }

  private heard(event: Envelope): void {
    const { type, data } = event;
    if (type === 'unread.updated') {
      this.count(data.total_unread - this.totals.get().total_unread);
      this.countAnew();
    } else if (type === 'presence.updated') this.seePresence(data.users);
    else if (type === 'room.added' || type === 'room.removed' || type === 'room.truncated') this.countAnew();
    for (const key of [type, '*']) {
      for (const listener of this.listeners.get(key) ?? []) guarded(() => listener(event));
    }
  }

  /** At once as it seems to be; what became less is asked for, since silent messages never counted. */
  private count(by: number): void {
    if (by < 0) this.countAnew();
    const { total_unread, total_mentions } = this.totals.get();
    if (by !== 0) this.totals.set({ total_unread: Math.max(0, total_unread + by), total_mentions });
  }

  /** Asks for the totals, once for all that changed in a moment. */
  private countAnew(): void {
    this.unreadTimer ??= setTimeout(async () => {
      this.unreadTimer = undefined;
      if (!this.line.isOnline) return;
      const { total_unread, total_mentions } = await this.call('GET', '/unread').catch(() => this.totals.get());
      const before = this.totals.get();
      if (before.total_unread !== total_unread || before.total_mentions !== total_mentions) {
        this.totals.set({ total_unread, total_mentions });
      }
    }, UNREAD_MS);
  }

  private watchSoon(ms = 0): void {
    this.watchTimer ??= setTimeout(async () => {
      this.watchTimer = undefined;
      const user_ids = [...this.watched.keys()];
      if (!this.line.isOnline) return;
      try {
        const answer = await this.line.ask('presence.subscribe', { user_ids, replace: true });
        this.seePresence(answer.users, new Map());
      } catch (error) {
        if (isTransient(error)) this.watchSoon(RETRY_MS);
      }
    }, ms);
  }

  private seePresence(users: Presence[], others = this.present.get()): void {
    const next = new Map(others);
    for (const user of users) next.set(user.user_id, user);
    if (JSON.stringify([...next]) !== JSON.stringify([...this.present.get()])) this.present.set(next);
  }

  private summarised(): RoomSummary[] {
    const of = (kept: Kept): RoomSummary => {
      const known = this.summaries.get(kept);
      if (known) return known;
      const { room, me, last_message, members } = kept;
      const next = { room, me, last_message, unread: unreadOf(kept), mentions: me?.mentions ?? 0, members };
      const before = this.listed.get(room.id);
      // Much changes in a room that a list does not show.
      const summary = before && isSame(before, next) ? before : next;
      this.summaries.set(kept, summary);
      return summary;
    };
    const at = ({ room }: RoomSummary): string => room.last_message_at ?? room.created_at;
    const mine = [...this.engine.kept.values()].filter(({ room }) => room.status !== 'deleted').map(of);
    mine.sort((a, b) => (at(a) < at(b) ? 1 : at(a) > at(b) ? -1 : a.room.id < b.room.id ? -1 : 1));
    this.listed = new Map(mine.map((one) => [one.room.id, one]));
    return isSame(mine, this.order) ? this.order : (this.order = mine);
  }

  private async call(method: string, path: string, init: Told = {}): Promise<Told> {
    const { path: params, query, ...rest } = init;
    // What is read to catch up ends with its line: the next one begins anew.
    if (method === 'GET' && this.line.isOnline) rest.signal ??= this.session.signal;
    const answer = await (this.api as Told)[method](`/api/v1${path}`, { params: { path: params, query }, ...rest });
    return answer.data;
  }
}

/** Where a search looks, beside its words. */
export interface SearchQuery {
  /** 2 to 256 characters: words by their beginning, in any case. */
  q: string;
  /** In this room only. */
  room_id?: string;
  /** Messages of this user only. */
  sender_id?: string;
  /** From this time on, RFC 3339. */
  from?: string;
  /** Messages until this time. */
  to?: string;
  /** Messages of this type only. */
  content_type?: string;
  /** Messages with an attachment or a mention only. */
  has?: 'attachment' | 'mention';
}

const isTransient = (error: unknown): boolean => error instanceof ChatError && error.retryable;

/** Do they hold the same, field by field? */
const isSame = <T extends object>(a: T, b: T): boolean => {
  const [one, other] = [Object.entries(a), Object.entries(b)];
  return one.length === other.length && one.every(([key, value], n) => key === other[n]![0] && value === other[n]![1]);
};

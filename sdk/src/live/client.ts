import { createHttp, type Http } from '../http.js';
import { keySource } from '../key.js';
import { list, type List } from '../pages.js';
import { engineOf } from './engine.js';
import type { Engine } from './parts.js';
import { lineOf, type Line, type SessionReady } from './line.js';
import { outboxOf, type Entry, type Outbox, type Sender } from './outbox.js';
import { watchedOf, type Watched } from './presence.js';
import { roomOf, type ChatRoom, type OpenRoom } from './room.js';
import { closed, sessionsOf, type Sessions } from './session.js';
import { MemoryStorage } from './storage.js';
import { derived, guarded, valueOf } from './store.js';
import { summariesOf } from './summaries.js';
import { totalsOf, type Totals } from './totals.js';
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
  SearchQuery,
  Store,
  Told,
  UnreadTotals,
  User,
} from './types.js';

const SMALLEST_WINDOW = 100;

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

  readonly #user = valueOf<User | null>(null);
  readonly #line: Line;
  readonly #engine: Engine;
  readonly #outbox: Outbox;
  readonly #sessions: Sessions;
  readonly #totals: Totals;
  readonly #watched: Watched;
  readonly #open = new Map<string, OpenRoom>();
  readonly #listeners = new Map<string, Set<(event: Envelope) => void>>();
  /** Whose messages are in the outbox; null until it is known. */
  #owner: string | null = null;
  #restored: Promise<void> | undefined;
  #wanted = false;

  /** @param options where ChatAPI is, and the user's key */
  constructor(options: ChatClientOptions) {
    const { url, storage = new MemoryStorage(), window = 400, max_rooms = 1_000 } = options;
    const { timeout_ms: timeoutMs = 10_000, backoff_ms: backoffMs = 500 } = options;
    const keys = keySource(options.key);
    this.api = createHttp({ url, key: keys, fetch: options.fetch });
    const line = lineOf({
      url,
      keys,
      timeoutMs,
      backoffMs,
      ready: (session) => void this.#sessions.begin(session),
      hear: (event) => this.#engine.hear(event),
    });
    const engine = engineOf(
      {
        line,
        call: this.#call,
        feed: (id) => this.#room(id).feed,
        heard: (event) => this.#heard(event),
        changed(what) {
          if (what === 'rooms') return rooms.changed();
          notifications.changed();
          invites.changed();
        },
        forget: () => this.#forget(),
        window: Math.max(window, SMALLEST_WINDOW),
        max_rooms,
      },
      storage,
    );
    const rooms = derived(summariesOf(engine.kept));
    const notifications = derived(() => engine.own.index()?.notifications ?? []);
    const invites = derived(() => engine.own.index()?.invites ?? []);
    this.#outbox = outboxOf({
      ask: line.ask,
      isOnline: line.isOnline,
      save: () => this.#save(),
      changed: (id) => this.#room(id).feed.changed(),
      taken: (message) => void this.#room(message.room_id).feed.taken(message, true),
    });
    this.#line = line;
    this.#engine = engine;
    this.#sessions = sessionsOf(line, (session) => this.#begin(session));
    this.#watched = watchedOf(line);
    this.#totals = totalsOf(line, this.#call);
    this.connection = line.state;
    this.me = this.#user;
    this.rooms = rooms;
    this.unread = this.#totals.store;
    this.notifications = notifications;
    this.presence = this.#watched.store;
    this.invites = invites;
  }

  /**
   * Shows what was kept, connects, and stays connected until {@link disconnect}. Settles when everything that was missed is
   * there; fails when the key is refused for good.
   */
  async connect(signal?: AbortSignal): Promise<void> {
    this.#wanted = true;
    await (this.#restored ??= this.#restore());
    if (!this.#wanted) throw closed('disconnected');
    this.#line.start();
    await this.#sessions.begun(signal);
  }

  /** Ends the connection; what is kept stays, and is shown. {@link connect} goes on from there. */
  disconnect(): void {
    this.#wanted = false;
    this.#line.stop();
  }

  /** Ends it for good, and writes what is to be kept. */
  async close(): Promise<void> {
    this.#wanted = false;
    this.#line.stop('closed', closed('closed'));
    this.#totals.stop();
    this.#watched.stop();
    this.#nobodyTypes();
    await this.#engine.keeper.flush();
  }

  /** A room, the same object for the same id. */
  room(roomId: string): ChatRoom {
    return this.#room(roomId).room;
  }

  /** Makes a room; its maker is a member. */
  async createRoom(body: CreateRoomBody): Promise<Room> {
    const room: Room = await this.#call('POST', '/rooms', { body });
    return this.#gained(room.id, room);
  }

  /** The direct room with somebody, made when there is none. */
  directRoom(userId: string): Promise<Room> {
    return this.createRoom({ room_type: 'direct', members: [userId] });
  }

  /** Joins a public room. */
  async joinRoom(roomId: string): Promise<Member> {
    const member: Member = await this.#call('POST', '/rooms/{room_id}/join', { path: { room_id: roomId } });
    return this.#gained(roomId, member);
  }

  /** Leaves a room, which vanishes from the list. */
  async leaveRoom(roomId: string): Promise<void> {
    await this.#call('POST', '/rooms/{room_id}/leave', { path: { room_id: roomId } });
    this.#engine.set(roomId, undefined);
  }

  /** By its id, or by the code of a link. */
  async acceptInvite(invite: string | { code: string }): Promise<Member> {
    const member: Member =
      typeof invite === 'string'
        ? await this.#call('POST', '/invites/{id}/accept', { path: { id: invite } })
        : await this.#call('POST', '/invites/accept', { body: invite });
    return this.#gained(member.room_id, member);
  }

  /** Declines an invitation. */
  async declineInvite(id: string): Promise<void> {
    await this.#call('POST', '/invites/{id}/decline', { path: { id } });
  }

  /** Messages of the user's rooms, newest first. */
  search(query: string | SearchQuery, { signal }: { signal?: AbortSignal } = {}): List<SearchHit> {
    const fields = typeof query === 'string' ? { q: query } : query;
    return list((cursor) => this.#call('GET', '/messages/search', { query: { ...fields, cursor }, signal }), signal);
  }

  /** Follows who is there, of people who share a room with the user. @returns what ends it */
  watchPresence(userIds: string[]): () => void {
    return this.#watched.watch(userIds);
  }

  /** What others see of this user, on all its devices. */
  setPresence(state: OwnPresence['state'], text?: string | null): Promise<OwnPresence> {
    return this.#line.ask('presence.set', { state, text });
  }

  /** Calls back for each event, durable ones in order and once; `'*'` for all. @returns what ends it */
  on(eventType: string, listener: (event: Envelope) => void): () => void {
    const own = (event: Envelope) => listener(event);
    const all = this.#listeners.get(eventType) ?? new Set();
    this.#listeners.set(eventType, all.add(own));
    return () => void all.delete(own);
  }

  #room(id: string): OpenRoom {
    let room = this.#open.get(id);
    if (!room) {
      room = roomOf(id, {
        engine: this.#engine,
        line: this.#line,
        outbox: this.#outbox,
        call: this.#call,
        me: () => this.#sender(),
        ready: this.#sessions.ready,
        unreadChanged: this.#totals.count,
      });
      this.#open.set(id, room);
    }
    return room;
  }

  #nobodyTypes(): void {
    for (const { feed } of this.#open.values()) feed.typists([]);
  }

  async #restore(): Promise<void> {
    const { keeper, restore, own } = this.#engine;
    const [me, kept] = await Promise.all([
      keeper.read<User>('me'),
      keeper.read<{ owner: string | null; entries: Entry[] }>('outbox'),
      restore(),
    ]);
    this.#owner = kept?.owner ?? own.index()?.user_id ?? null;
    if (me?.user_id && me.user_id === this.#owner) this.#user.set(me);
    if (Array.isArray(kept?.entries)) this.#outbox.restore(kept.entries);
  }

  /** What was kept is known before anything is written over it. */
  async #save(): Promise<void> {
    await (this.#restored ??= this.#restore());
    await this.#engine.keeper.write('outbox', { owner: this.#owner, entries: this.#outbox.all() });
  }

  /** Who says something here: known before the profile is. */
  #sender(): Sender | null {
    return this.#user.get() ?? (this.#owner === null ? null : { user_id: this.#owner, display_name: null });
  }

  #forget(): void {
    this.#user.set(null);
    this.#watched.forget();
    for (const { feed } of this.#open.values()) feed.forget();
  }

  async #begin(session: SessionReady): Promise<void> {
    const { user_id } = session;
    this.#nobodyTypes();
    if (this.#owner !== null && this.#owner !== user_id) this.#outbox.clear();
    this.#owner = user_id;
    this.#outbox.flush();
    this.#watched.ask();
    await this.#engine.begin(session);
    if (!user_id) return;
    const me: User = await this.#call('GET', '/users/{user_id}', { path: { user_id: 'me' } });
    this.#user.set(me);
    void this.#engine.keeper.write('me', me);
    for (const { feed } of this.#open.values()) {
      feed.changed();
      feed.fill().catch(() => {});
    }
    this.#totals.ask();
  }

  /** A room that this user is in from now on, whichever comes first: the answer or the event. */
  async #gained<T>(id: string, answer: T): Promise<T> {
    if (!this.#engine.kept.get(id)?.me) await this.#engine.read(id);
    await this.#engine.catchUp();
    return answer;
  }

  #heard(event: Envelope): void {
    const { type, data } = event;
    if (type === 'unread.updated') this.#totals.told(data.total_unread);
    else if (type === 'presence.updated') this.#watched.see(data.users);
    else if (/^room\.(added|removed|truncated)$/.test(type)) this.#totals.ask();
    for (const key of [type, '*']) {
      for (const listener of this.#listeners.get(key) ?? []) guarded(() => listener(event));
    }
  }

  readonly #call = async (method: string, path: string, init: Told = {}): Promise<Told> => {
    const { path: ids, query, ...rest } = init;
    // What is read to catch up ends with its line: the next one begins anew.
    if (method === 'GET' && this.#line.isOnline()) rest.signal ??= this.#sessions.signal();
    const answer = await (this.api as Told)[method](`/api/v1${path}`, { params: { path: ids, query }, ...rest });
    return answer.data;
  };
}

import type { ChatError } from '../errors.js';
import { list } from '../pages.js';
import { Keeper, type Index } from './keeper.js';
import type { Line, SessionReady } from './line.js';
import { movedReceipt, shown, type Kept, type Viewer } from './reduce.js';
import type { ChatRoom } from './room.js';
import type { ChatStorage } from './storage.js';
import { Order } from './streams.js';
import type { Envelope, Position, Room, Told } from './types.js';

/** Asked of in one `sync.resume`. */
const RESUMED_ROOMS = 200;
/** What fills a gap is mostly on its way: events of two nodes arrive in any order. */
const GAP_MS = 500;
const RETRY_MS = 2_000;
const MOST_HIDDEN = 1_000;
const MOST_NOTIFICATIONS = 100;

export interface EngineHost {
  readonly line: Line;
  call(method: string, path: string, init?: object): Promise<Told>;
  room(id: string): ChatRoom;
  /** An event was applied, or an ephemeral one came. */
  heard(event: Envelope): void;
  /** The list of rooms, or the index, is another. */
  changed(what: 'rooms' | 'index'): void;
  /** Somebody else is logged in than what is kept belongs to. */
  forget(): void;
  window: number;
  max_rooms: number;
}

/**
 * The user's streams: where each stands, what follows, and how what is missing is fetched. Rooms hold their own state
 * ({@link ChatRoom.kept}); here is what decides which event comes next.
 */
export class Engine {
  index: Index | undefined;
  readonly kept = new Map<string, Kept>();
  readonly keeper: Keeper;
  private readonly orders = new Map<string, Order>();
  private readonly told = new Map<string, Position>();
  private readonly behind = new Set<string>();
  private hidden: ReadonlySet<string> = new Set();
  private blocked: ReadonlySet<string> = new Set();
  private running: Promise<void> | undefined;
  private gap: ReturnType<typeof setTimeout> | undefined;
  private readonly gaps = new Set<string>();
  /** Whose session it is; the index of it may not be there yet. */
  private user_id = '';

  constructor(
    private readonly host: EngineHost,
    storage: ChatStorage,
  ) {
    this.keeper = new Keeper(storage, { kept: (id) => this.kept.get(id), index: () => this.index });
  }

  get viewer(): Viewer {
    const { hidden, blocked } = this;
    return { user_id: this.index?.user_id ?? this.user_id, hidden, blocked, window: this.host.window };
  }

  async restore(): Promise<void> {
    const found = await this.keeper.load();
    if (!found) return;
    this.setIndex(found.index);
    for (const [id, kept] of found.rooms) this.set(id, kept);
  }

  /** A session began: what was missed until now is fetched. */
  async begin(session: SessionReady): Promise<void> {
    const { user_id, user } = session;
    if (!user_id || !user) return this.host.line.catchingUp(false);
    if (this.index && this.index.user_id !== user_id) this.forgetAll();
    this.user_id = user_id;
    this.gaps.clear();
    if (this.index) this.missed(USER, ...this.kept.keys());
    else await this.readAnew({ ...user, user_id });
    await this.catchUp();
  }

  /** What a room is from now on; undefined: it is not this user's any more. */
  set(id: string, kept: Kept | undefined): void {
    const before = this.kept.get(id);
    if (before === kept) return;
    if (kept) this.kept.set(id, kept);
    else {
      this.kept.delete(id);
      this.orders.delete(id);
      this.behind.delete(id);
    }
    this.keeper.changed(id);
    if (!kept !== !before) this.patchIndex({ rooms: [...this.kept.keys()] });
    this.host.room(id).changed();
    this.host.changed('rooms');
  }

  /** Changes a room that is kept. */
  update(id: string, change: (kept: Kept) => Kept): void {
    const kept = this.kept.get(id);
    if (kept) this.set(id, change(kept));
  }

  hear(event: Envelope): void {
    if (event.rev === undefined) return this.ephemeral(event);
    const key = event.stream.startsWith('user:') ? USER : event.room_id;
    if (key === null) return this.host.heard(event);
    const missing = this.order(key).take(
      event,
      () => this.position(key),
      (next) => this.apply(key, next),
    );
    if (missing) this.suspect(key);
  }

  /** Something of these streams is missing. */
  missed(...keys: string[]): void {
    for (const key of keys) this.behind.add(key);
  }

  /** Until nothing is missing, or there is no line; a new session begins it again. */
  catchUp(): Promise<void> {
    return (this.running ??= this.run().finally(() => {
      this.running = undefined;
      this.host.line.catchingUp(false);
      // What was missed at the very end.
      if (this.behind.size > 0 && this.host.line.isOnline) return this.catchUp();
      return undefined;
    }));
  }

  /** Begins a room with what is read of it, all at once; what changes meanwhile is resumed. */
  async read(id: string): Promise<void> {
    const room = await this.host.call('GET', '/rooms/{room_id}', { path: { room_id: id } });
    const whole = await this.host.room(id).whole(this.fresh(room));
    this.set(id, whole);
    this.missed(id);
  }

  /** What is kept of a room that was just told. */
  private fresh({ me = null, members = [], last_message = null, ...room }: Told): Kept {
    const { id, epoch, last_rev: rev } = room;
    const before = this.kept.get(id);
    return {
      epoch,
      rev,
      room,
      me,
      members,
      last_message: last_message && shown(last_message, this.viewer),
      all_members: members.length >= room.member_count,
      receipts: {},
      messages: [],
      loaded: false,
      has_older: false,
      has_newer: false,
      own_seq: 0,
      ...(before?.epoch === epoch && { receipts: before!.receipts }),
    };
  }

  private order(key: string): Order {
    let order = this.orders.get(key);
    if (!order) this.orders.set(key, (order = new Order()));
    return order;
  }

  private position(key: string): Position | undefined {
    return key === USER ? this.index : this.kept.get(key);
  }

  private apply(key: string, event: Envelope): void {
    if (key === USER) this.applyOwn(event);
    else this.host.room(key).apply(event);
    // A room that was read anew may stand before what the app was told already.
    const told = this.told.get(key);
    if (told?.epoch === event.epoch && told!.rev >= event.rev!) return;
    this.told.set(key, { epoch: event.epoch!, rev: event.rev! });
    this.host.heard(event);
  }

  /** Perhaps something is missing: if it has not come in a moment, it is resumed. */
  suspect(key: string): void {
    this.gaps.add(key);
    this.gap ??= setTimeout(
      () => {
        this.gap = undefined;
        const keys = [...this.gaps];
        this.gaps.clear();
        this.missed(...keys.filter((one) => this.position(one)));
        void this.catchUp();
      },
      GAP_MS * (0.5 + Math.random()),
    );
  }

  private async run(): Promise<void> {
    const { line } = this.host;
    // A tick, so that all who miss something at once ask once.
    await Promise.resolve();
    while (this.behind.size > 0 && line.isOnline) {
      line.catchingUp(true);
      const asked = [...this.behind].filter((key) => this.position(key));
      const opened = (key: string): number => (key === USER || this.host.room(key).isOpen ? 0 : 1);
      asked.sort((a, b) => opened(a) - opened(b)).splice(RESUMED_ROOMS);
      for (const key of asked) this.behind.delete(key);
      if (asked.length === 0) return this.behind.clear();
      try {
        await this.resume(asked);
      } catch {
        this.missed(...asked);
        if (!line.isOnline) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private async resume(asked: string[]): Promise<void> {
    const positionOf = (key: string) => {
      const { epoch, rev, at } = this.position(key)!;
      return { epoch, rev, ...(at && { at }) };
    };
    const ids = asked.filter((key) => key !== USER);
    const { epoch, rev } = asked.includes(USER) ? this.index! : ({} as Position);
    const answer = await this.host.line.ask('sync.resume', {
      ...(epoch && { user: { epoch, rev } }),
      rooms: ids.map((room_id) => ({ room_id, ...positionOf(room_id) })),
    });
    const told = new Set<string>();
    if (answer.user) {
      told.add(USER);
      if (!answer.user.recovered || !this.recovered(USER, answer.user)) {
        await this.readAnew({ ...this.index!, ...positionIn(answer.user) });
      }
    }
    for (const part of answer.rooms) {
      const { room_id: id } = part;
      told.add(id);
      if (!this.kept.has(id)) continue;
      if (!part.recovered || !this.recovered(id, part)) await this.read(id).catch((error) => this.unread(id, error));
      else this.host.room(id).sides(part);
    }
    for (const key of asked) {
      if (told.has(key)) continue;
      if (answer.more) this.missed(key);
      else if (key !== USER) this.set(key, undefined);
    }
  }

  /** @returns whether all that was missed is there now */
  private recovered(key: string, { events, epoch, rev }: Told): boolean {
    const at = () => this.position(key);
    for (const event of events as Envelope[]) {
      // What it lost meanwhile, it tells nothing of any more.
      if (!at()) return true;
      // That there are early ones, which still do not follow, is looked at below.
      this.order(key).take(event, at, (next) => this.apply(key, next));
    }
    const position = at();
    if (!position) return true;
    if (position.rev < rev || position.epoch !== epoch) return false;
    // Events that came early and still do not follow: there is more to ask for.
    if (this.order(key).drain(at, (next) => this.apply(key, next))) this.missed(key);
    return true;
  }

  /** A room that could not be read: it is gone, or it is tried again. */
  private unread(id: string, error: ChatError): void {
    if (error.code === 'not_found' || error.code === 'forbidden') this.set(id, undefined);
    else throw error;
  }

  /** The list of rooms and all else that the user's stream would have told. */
  private async readAnew(base: Position & { user_id: string }): Promise<void> {
    const { max_rooms } = this.host;
    const query = (cursor?: string) =>
      this.host.call('POST', '/rooms/query', {
        body: { sort: [{ last_message_at: 'desc' }], limit: 100, members_limit: 5, ...(cursor && { cursor }) },
      });
    const all = (path: string, query: object = {}) =>
      list<Told>((cursor) => this.host.call('GET', path, { query: { limit: 100, cursor, ...query } })).take(1_000);
    const [rooms, blocks, invites] = await Promise.all([
      list<Told>(query).take(max_rooms),
      all('/users/me/blocks'),
      all('/invites', { status: 'pending' }),
    ]);
    const before = this.index;
    this.blocked = new Set(blocks.map(({ user_id }) => user_id));
    this.setIndex({
      user_id: base.user_id,
      epoch: base.epoch,
      rev: base.rev,
      invites,
      rooms: [...this.kept.keys()],
      hidden: before?.hidden ?? [],
      blocked: [...this.blocked],
      notifications: before?.notifications ?? [],
    });
    const mine = new Set(rooms.map(({ id }) => id));
    if (rooms.length < max_rooms) for (const id of this.kept.keys()) if (!mine.has(id)) this.set(id, undefined);
    for (const room of rooms) if (!this.kept.has(room.id)) this.set(room.id, this.fresh(room));
    this.patchIndex({ rooms: [...this.kept.keys()] });
    // What came while it was read, for which there was no place yet.
    this.missed(USER, ...mine);
    for (const id of mine) void this.host.room(id).fill();
  }

  /** What the user's own stream tells. */
  private applyOwn({ type, data, epoch, rev, occurred_at }: Envelope): void {
    this.patchIndex({ epoch: epoch!, rev: rev! });
    const index = this.index!;
    if (type === 'room.added') this.gained(data);
    else if (type === 'room.removed') this.set(data.room_id, undefined);
    else if (type === 'room.settings_updated') {
      const { room_id: _, ...settings } = data;
      this.update(data.room_id, (kept) => (kept.me ? { ...kept, me: { ...kept.me, ...settings } } : kept));
    } else if (type === 'message.hidden') {
      this.patchIndex({ hidden: [...index.hidden, data.message_id].slice(-MOST_HIDDEN) });
      this.hidden = new Set(this.index!.hidden);
      this.host.room(data.room_id).rehide();
    } else if (type === 'block.added' || type === 'block.removed') this.block(data.user_id, type === 'block.added');
    else if (type.startsWith('invite.')) {
      const invites = index.invites.filter(({ id }) => id !== data.id);
      if (type === 'invite.created' && data.user_id === index.user_id) invites.unshift(data);
      this.patchIndex({ invites });
    } else if (type === 'notification.created') {
      const others = index.notifications.filter(({ delivery_id }) => delivery_id !== data.delivery_id);
      this.patchIndex({ notifications: [{ ...data, occurred_at }, ...others].slice(0, MOST_NOTIFICATIONS) });
      this.host.line.tell('notification.ack', { id: data.delivery_id });
    }
  }

  /** It stands in the list at once; its side, its receipts and what was said come by a resume. */
  private gained({ room, epoch, rev }: { room: Room; epoch: string; rev: number }): void {
    const { id } = room;
    const before = this.kept.get(id);
    if (before?.epoch === epoch && before.rev >= rev) return;
    this.set(id, this.fresh({ ...room, epoch, last_rev: rev }));
    // Not before this event's place is passed.
    void Promise.resolve()
      .then(() => this.read(id))
      .catch(() => this.missed(id))
      .then(() => this.catchUp());
  }

  private block(userId: string, added: boolean): void {
    const others = [...this.blocked].filter((one) => one !== userId);
    this.blocked = new Set(added ? [...others, userId] : others);
    this.patchIndex({ blocked: [...this.blocked] });
    for (const id of this.kept.keys()) {
      if (added) this.host.room(id).rehide();
      // What was hidden is not here: it is read again.
      else
        void this.read(id).then(
          () => this.catchUp(),
          () => this.missed(id),
        );
    }
  }

  private ephemeral(event: Envelope): void {
    const { type, data } = event;
    if (type === 'sync.heads') {
      for (const { room_id, epoch, rev } of data.rooms) this.head(room_id, epoch, rev);
      if (data.user) this.head(USER, data.user.epoch, data.user.rev);
    } else if (type === 'receipt.updated') {
      this.update(data.room_id, (kept) => {
        const receipts = movedReceipt(kept, data);
        return receipts === kept.receipts ? kept : { ...kept, receipts };
      });
    } else if (type === 'unread.updated') {
      this.host.room(data.room_id).marked(data);
    } else if (type === 'typing.updated') this.host.room(data.room_id).typists(data.user_ids);
    else if (type === 'thread.updated') this.host.room(data.room_id).stands(data);
    this.host.heard(event);
  }

  private head(key: string, epoch: string, rev: number): void {
    const at = this.position(key);
    if (at && (epoch !== at.epoch || rev > at.rev)) this.suspect(key);
  }

  private setIndex(index: Index): void {
    this.index = index;
    this.hidden = new Set(index.hidden);
    this.blocked = new Set(index.blocked);
    this.keeper.changed();
    this.host.changed('index');
  }

  private patchIndex(change: Partial<Index>): void {
    if (!this.index) return;
    this.index = { ...this.index, ...change };
    this.keeper.changed();
    this.host.changed('index');
  }

  private forgetAll(): void {
    for (const id of this.kept.keys()) this.set(id, undefined);
    this.index = undefined;
    this.hidden = new Set();
    this.blocked = new Set();
    this.behind.clear();
    this.orders.clear();
    this.told.clear();
    this.host.forget();
  }
}

/** The user's own stream among the rooms. */
const USER = 'me';

const positionIn = ({ epoch, rev }: Position): Position => ({ epoch, rev });

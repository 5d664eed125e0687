import { ChatError } from '../errors.js';
import { list, type List } from '../pages.js';
import type { Engine } from './engine.js';
import type { Line } from './line.js';
import { pending, type Outbox, type Sender } from './outbox.js';
import * as reduce from './reduce.js';
import type { HistoryPage, Kept } from './reduce.js';
import { Derived } from './store.js';
import { ChatThread } from './thread.js';
import type {
  ChatMessage,
  EditBody,
  Envelope,
  Member,
  Message,
  OutgoingBody,
  OutgoingMessage,
  OwnSideBody,
  RoomMe,
  RoomState,
  ThreadStanding,
  Told,
} from './types.js';

const PAGE = 50;
/** A typist is let go when nothing more is heard: what says that it stopped may have been lost. */
const TYPING_MS = 60_000;
const TYPING_AGAIN_MS = 4_000;
const MARK_MS = 200;
const DELIVERED_MS = 1_000;
/** So long after a page was read its counts of replies may be ahead of the events. */
const COUNTS_UNSURE_MS = 3_000;
const RECOUNT_MS = 500;
const MEMBERS = 100;
/** What is on its way is asked for again when the room was read anew meanwhile. */
const TRIES = 3;
/** The clock on the wall may be set. */
const now = (): number => performance.now();

export interface RoomHost {
  readonly engine: Engine;
  readonly line: Line;
  readonly outbox: Outbox;
  call(method: string, path: string, init?: object): Promise<Told>;
  me(): Sender | null;
  ready(signal?: AbortSignal): Promise<void>;
  unreadChanged(by: number): void;
}

/** A room: what is shown of it, and what its user does there. */
export class ChatRoom {
  /** What is to be shown, newest last. */
  readonly state: Derived<RoomState> = new Derived(() => this.shown());
  private readonly threads = new Map<string, ChatThread>();
  private opened = 0;
  private loading = 0;
  private error: ChatError | undefined;
  private typing: string[] = [];
  private typingTimer: Timer;
  private typedAt = -Infinity;
  /** Events that came while a page was on its way. */
  private readonly journals = new Set<Envelope[]>();
  private loadedAt = -Infinity;
  /** How often the room was read anew, and pages were asked for that begin a stretch, and which of these is shown. */
  private reads = 0;
  private jumps = 0;
  private shownJump = 0;
  /** Own ones that are there for everybody, while what is loaded does not reach them yet. */
  private arriving: ChatMessage[] = [];
  private readonly unsure = new Set<string>();
  private recountTimer: Timer;
  private filling: Promise<void> | undefined;
  private wanted: { read: number; delivered: number } = { read: 0, delivered: 0 };
  private readTimer: Timer;
  private deliveredTimer: Timer;

  /** @internal */
  constructor(
    /** The id of the room. */
    readonly id: string,
    private readonly host: RoomHost,
  ) {}

  /** Somebody shows it. */
  get isOpen(): boolean {
    return this.opened > 0;
  }

  /**
   * Loads the newest messages and the members, and follows them until {@link close}: each `open` wants one, also where it
   * failed. What was kept is shown at once; what was missed comes by itself.
   */
  async open(signal?: AbortSignal): Promise<void> {
    this.opened++;
    if (this.kept?.loaded && !this.host.line.isOnline) return;
    await this.host.ready(signal);
    await this.fill();
    await this.host.engine.catchUp();
  }

  /** Lets go of all but the newest page. */
  close(): void {
    this.opened = Math.max(0, this.opened - 1);
    if (this.opened > 0) return;
    this.arriving = [];
    for (const thread of this.threads.values()) thread.close();
    this.update((kept) =>
      kept.has_newer ? { ...kept, messages: [], loaded: false, has_newer: false } : reduce.trimmed(kept, PAGE, 'older'),
    );
  }

  /** Puts a message into the outbox: it is in the state at once, and sent as soon as there is a line. */
  send(body: OutgoingBody): OutgoingMessage {
    if (this.kept?.has_newer) void this.jumpTo('latest').catch(() => {});
    this.setTyping(false);
    return this.host.outbox.add(this.id, body);
  }

  /** Sends one again that failed. */
  retry(client_msg_id: string): void {
    this.host.outbox.retry(client_msg_id);
  }

  /** Lets go of one that has not been sent. */
  discard(client_msg_id: string): void {
    this.host.outbox.discard(client_msg_id);
  }

  /** Changes a message of one's own. */
  async edit(id: string, body: EditBody): Promise<ChatMessage> {
    return this.taken(await this.ask('message.edit', { ...body, message_id: id }));
  }

  /** For all it leaves a tombstone; for oneself it is hidden. */
  async delete(id: string, { for: whom = 'all' }: { for?: 'all' | 'me' } = {}): Promise<void> {
    await this.ask('message.delete', { message_id: id, for: whom });
  }

  /** Reacts with an emoji, or any text of up to 64 characters. */
  async react(id: string, key: string): Promise<void> {
    await this.ask('reaction.add', { message_id: id, key });
  }

  /** Takes one's reaction back. */
  async unreact(id: string, key: string): Promise<void> {
    await this.ask('reaction.remove', { message_id: id, key });
  }

  /** Pins a message in the room. */
  async pin(id: string): Promise<ChatMessage> {
    return this.taken(await this.call('PUT', '/messages/{id}/pin', { path: { id } }));
  }

  /** Takes the pin of a message away. */
  async unpin(id: string): Promise<void> {
    await this.call('DELETE', '/messages/{id}/pin', { path: { id } });
  }

  /** Mutes, hides or pins the room for oneself. */
  async settings(body: OwnSideBody): Promise<RoomMe> {
    const me: RoomMe = await this.call('PATCH', '/me', { body });
    this.update((kept) => reduce.withMe(kept, me));
    return me;
  }

  /** Has read up to this place, or all there is. It is told within moments, and again after a break. */
  markRead(seq = this.kept?.room.last_seq ?? 0): void {
    const { kept } = this;
    if (!kept?.me || seq <= kept.me.last_read_seq) return;
    const before = reduce.unreadOf(kept);
    const mentions = seq >= kept.room.last_seq ? 0 : kept.me.mentions;
    this.update((now) => ({ ...now, me: { ...now.me!, last_read_seq: seq, mentions } }));
    this.host.unreadChanged(reduce.unreadOf(this.kept!) - before);
    this.wanted.read = Math.max(this.wanted.read, seq);
    this.readTimer ??= setTimeout(() => void this.tellRead(), MARK_MS);
  }

  /** Unread again, from this place on. */
  async markUnread(seq: number): Promise<void> {
    this.wanted.read = 0;
    const me: RoomMe = await this.call('POST', '/unread', { body: { seq } });
    this.update((kept) => reduce.withMe({ ...kept, own_seq: 0 }, me));
  }

  /** Call it with every key that is pressed; it is told every few seconds. */
  setTyping(on: boolean): void {
    if (on ? now() - this.typedAt < TYPING_AGAIN_MS : this.typedAt === -Infinity) return;
    this.typedAt = on ? now() : -Infinity;
    this.host.line.tell(on ? 'typing.start' : 'typing.stop', { room_id: this.id });
  }

  /**
   * Loads the page before what is shown.
   * @returns whether there is more before that
   */
  async loadOlder(): Promise<boolean> {
    const first = this.kept?.messages[0];
    if (first && this.kept!.has_older) await this.load('older', { before_seq: first.seq });
    return this.kept?.has_older ?? false;
  }

  /**
   * Loads the page behind what is shown.
   * @returns whether there is more after that
   */
  async loadNewer(): Promise<boolean> {
    const last = this.kept?.messages.at(-1);
    if (last && this.kept!.has_newer) await this.load('newer', { after_seq: last.seq });
    return this.kept?.has_newer ?? false;
  }

  /** Shows the messages around a place. */
  async jumpTo(place: number | 'unread' | 'latest'): Promise<void> {
    const { kept } = this;
    if (!kept || (place === 'latest' && kept.loaded && !kept.has_newer)) return;
    if (place === 'latest') return this.load('all', {});
    const seq = place === 'unread' ? (kept.me?.last_read_seq ?? 0) + 1 : place;
    const { first_seq, last_seq } = kept.room;
    const around_seq = Math.min(Math.max(seq, first_seq), Math.max(first_seq, last_seq));
    if (!kept.messages.some((message) => message.seq === around_seq)) await this.load('all', { around_seq });
  }

  /** The thread of a message: the same object until it is closed. */
  thread(messageId: string): ChatThread {
    let thread = this.threads.get(messageId);
    if (!thread) {
      thread = new ChatThread(messageId, this, this.host, () => this.threads.delete(messageId));
      this.threads.set(messageId, thread);
    }
    return thread;
  }

  /** Everybody in the room. */
  members(signal?: AbortSignal): List<Member> {
    return list((cursor) => this.call('GET', '/members', { query: { limit: 100, cursor }, signal }), signal);
  }

  // What follows is for the client itself.

  /** @internal */
  get kept(): Kept | undefined {
    return this.host.engine.kept.get(this.id);
  }

  /** @internal */
  message(id: string): ChatMessage | undefined {
    return this.kept?.messages.find((one) => one.id === id);
  }

  /** @internal */
  changed(): void {
    // Who has come as far shows them, or knows why not.
    if (this.arriving.length > 0) {
      const { kept } = this;
      const isThere = ({ id, rev }: ChatMessage) =>
        this.message(id) || (kept?.loaded && !kept.has_newer && kept.rev >= rev);
      this.arriving = kept ? this.arriving.filter((one) => !isThere(one)) : [];
    }
    this.state.changed();
    for (const thread of this.threads.values()) thread.state.changed();
  }

  /** @internal An event that follows the position. */
  apply(event: Envelope): void {
    const { type, data } = event;
    const { engine, outbox } = this.host;
    const { viewer } = engine;
    for (const journal of this.journals) journal.push(event);
    const unread = reduce.unreadOf(this.kept!);
    const mentions = this.kept!.me?.mentions ?? 0;
    const members = this.kept!.room.member_count;
    const by = reduce.repliesBy(event, this.kept!.messages);
    this.update((kept) => reduce.apply(kept, event, viewer));
    if (by !== 0 && (by === null || this.journals.size > 0 || now() - this.loadedAt < COUNTS_UNSURE_MS)) {
      this.recount(data.thread_id);
    }
    for (const thread of this.threads.values()) thread.apply(event, viewer);
    // A mention may be gone, or come: only an answer of a resume says how many there are.
    if (mentions > 0 && (type === 'room.truncated' || type === 'message.deleted' || type === 'message.updated')) {
      engine.suspect(this.id);
    }
    if (type.startsWith('member.')) this.crowd(members);
    if (type !== 'message.created') return;
    this.typists(this.typing.filter((one) => one !== data.sender_id));
    if (data.sender_id !== viewer.user_id) return this.arrived(data);
    if (outbox.seen(data)) this.arrives(reduce.shown(data, viewer));
    // Who says something has read what was before it.
    if (unread > 0) this.host.unreadChanged(-unread);
  }

  /** @internal A message that the server answered, perhaps before its event. */
  taken(message: Message, isNew = false): ChatMessage {
    const { viewer } = this.host.engine;
    let result = reduce.shown(message, viewer);
    this.update((kept) => {
      const at = kept.messages.findIndex(({ id }) => id === message.id);
      const have = kept.messages[at];
      result = reduce.shown(message, viewer, have);
      if (have ? have.rev >= message.rev : !kept.loaded || kept.has_newer || message.seq <= kept.room.last_seq)
        return kept;
      return { ...kept, messages: reduce.put(kept.messages, result) };
    });
    this.host.outbox.seen(message);
    if (isNew) this.arrives(result);
    return result;
  }

  /** @internal The sides of an answer of a resume. */
  sides({ rev, me, receipts = [] }: { rev: number; me: RoomMe | null; receipts?: Told[] }): void {
    this.update((kept) => {
      // What has come since knows better.
      const isNow = kept.rev === rev;
      const next = isNow || !kept.me ? reduce.withMe(kept, me) : kept;
      const told = new Set(receipts.map(({ user_id }) => user_id));
      let all = Object.fromEntries(Object.entries(kept.receipts).filter(([user]) => !isNow || told.has(user)));
      for (const one of receipts) all = reduce.movedReceipt({ ...next, receipts: all }, one);
      return { ...this.withWanted(next), receipts: all };
    });
    this.tellAgain();
  }

  /** @internal */
  marked({ last_read_seq, mentions, unread }: { last_read_seq: number; mentions: number; unread: number }): void {
    this.update((kept) =>
      kept.me ? this.withWanted(reduce.withMe(kept, { ...kept.me, last_read_seq, mentions, unread })) : kept,
    );
  }

  /** @internal */
  typists(users: string[]): void {
    clearTimeout(this.typingTimer);
    if (users.length === 0 && this.typing.length === 0) return;
    this.typing = users;
    if (users.length > 0) this.typingTimer = setTimeout(() => this.typists([]), TYPING_MS);
    this.state.changed();
  }

  /** @internal */
  stands(standing: ThreadStanding): void {
    this.threads.get(standing.thread_id)?.stands(standing);
  }

  /** @internal Somebody else is there now: what the user before did here is not theirs. */
  forget(): void {
    this.wanted = { read: 0, delivered: 0 };
    this.arriving = [];
    for (const thread of this.threads.values()) thread.close();
  }

  /** @internal What is hidden from now on. */
  rehide(): void {
    const { viewer } = this.host.engine;
    const again = (message: ChatMessage): ChatMessage =>
      message.hidden ? message : reduce.shown(message, viewer, message);
    this.update((kept) => ({
      ...kept,
      messages: kept.messages.map(again),
      last_message: kept.last_message && again(kept.last_message),
    }));
    for (const thread of this.threads.values()) thread.rehide(again);
  }

  /** @internal With the newest messages and the members, as far as they are shown. */
  async whole(fresh: Kept): Promise<Kept> {
    const { viewer } = this.host.engine;
    const shows = this.isOpen || this.kept?.loaded === true;
    // A list of rooms calls a direct one by who is in it.
    const isNamedByMembers = fresh.room.room_type === 'direct' && !fresh.all_members;
    const [page, members] = await Promise.all([
      this.page({ limit: shows ? PAGE : 1 }),
      shows || isNamedByMembers ? this.members().first() : undefined,
    ]);
    const filled = reduce.withPage(fresh, page, 'all', [], viewer);
    this.loadedAt = now();
    this.reads++;
    if (this.kept?.epoch !== fresh.epoch) this.arriving = [];
    for (const thread of this.threads.values()) void thread.load();
    return {
      ...(shows ? filled : fresh),
      last_message: filled.messages.at(-1) ?? null,
      ...(members && { members: members.data, all_members: !members.page.has_more }),
    };
  }

  /** @internal Loads what an open room shows and has not. */
  fill(): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    return (this.filling ??= this.filled().finally(() => (this.filling = undefined)));
  }

  /** @internal */
  async page(query: object): Promise<HistoryPage> {
    const page: HistoryPage = await this.call('GET', '/messages', { query: { limit: PAGE, ...query } });
    for (const message of page.data) if ('client_msg_id' in message) this.host.outbox.seen(message);
    return page;
  }

  /** @internal Loads, and keeps what comes meanwhile. */
  async during<T>(load: () => Promise<T>, take: (answer: T, since: Envelope[]) => void): Promise<void> {
    const since: Envelope[] = [];
    this.journals.add(since);
    try {
      take(await load(), since);
    } finally {
      this.journals.delete(since);
      this.loadedAt = now();
    }
  }

  /** @internal */
  call(method: string, path: string, { path: params, ...init }: Told = {}): Promise<Told> {
    return this.host.call(method, `/rooms/{room_id}${path}`, { path: { room_id: this.id, ...params }, ...init });
  }

  private ask(event: string, data: object): Promise<Told> {
    return this.host.line.ask(event, { room_id: this.id, ...data });
  }

  private update(change: (kept: Kept) => Kept): void {
    this.host.engine.update(this.id, change);
  }

  private load(side: 'older' | 'newer' | 'all', query: PageQuery): Promise<void> {
    const jump = side === 'all' ? ++this.jumps : 0;
    // It is another stretch by now that this page does not belong to.
    const fits = (messages: ChatMessage[]): boolean => {
      if (side === 'all') return jump > this.shownJump;
      return side === 'older' ? messages[0]?.seq === query.before_seq : messages.at(-1)?.seq === query.after_seq;
    };
    const once = async (): Promise<boolean> => {
      const { reads } = this;
      await this.during(
        () => this.page(query),
        (page, since) => {
          // What happened between the page and what was read anew, nobody knows.
          if (reads !== this.reads || !fits(this.kept?.messages ?? [])) return;
          this.shownJump = Math.max(jump, this.shownJump);
          this.update((kept) => reduce.withPage(kept, page, side, since, this.host.engine.viewer));
          for (const { data } of since) if (data.thread_id) this.recount(data.thread_id);
        },
      );
      return reads === this.reads;
    };
    return this.busy(async () => {
      for (let tries = 1; !(await once()) && side === 'all' && fits([]) && tries < TRIES;) tries++;
    });
  }

  private async filled(): Promise<void> {
    const { engine } = this.host;
    if (!this.kept) {
      await this.busy(() => engine.read(this.id));
      // What happened since.
      return void engine.catchUp();
    }
    const { loaded, all_members } = this.kept;
    await Promise.all([loaded ? undefined : this.load('all', {}), all_members ? undefined : this.fillMembers()]);
  }

  private async fillMembers(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { reads } = this;
      await this.during(
        () => this.members().first(),
        ({ data, page }, since) => {
          if (reads !== this.reads) return;
          this.update((kept) => {
            const all = { ...kept, members: data, all_members: !page.has_more };
            const then = since.reduce((next, event) => reduce.withMember(next, event, this.host.engine.viewer), all);
            // How many there are was counted with the events.
            return page.has_more ? { ...all, members: then.members } : then;
          });
        },
      );
      if (!this.lacksMembers) return;
    }
  }

  /** Of those that are shown of a large room somebody has left. */
  private get lacksMembers(): boolean {
    const { kept } = this;
    return !!kept && !kept.all_members && kept.members.length < Math.min(MEMBERS, kept.room.member_count);
  }

  /** Somebody came, or went. */
  private crowd(before: number): void {
    const { member_count } = this.kept!.room;
    // Markers are told from now on: a resume says how they are.
    if (before > reduce.SMALL_ROOM && member_count <= reduce.SMALL_ROOM) this.host.engine.suspect(this.id);
    if (this.lacksMembers) this.fill().catch(() => {});
  }

  /** One of the own that was sent: to be seen until what is loaded reaches it. */
  private arrives(message: ChatMessage): void {
    if (!this.isOpen) return;
    this.arriving = [...this.arriving, message].slice(-MEMBERS);
    this.changed();
  }

  private async busy(run: () => Promise<void>): Promise<void> {
    this.loading++;
    this.error = undefined;
    this.state.changed();
    try {
      await run();
    } catch (error) {
      this.error = error instanceof ChatError ? error : undefined;
      throw error;
    } finally {
      this.loading--;
      this.state.changed();
    }
  }

  /** Reads anew how many replies there are, where events can't tell it. */
  private recount(threadId: string): void {
    if (!this.message(threadId)) return;
    this.unsure.add(threadId);
    this.recountTimer ??= setTimeout(() => {
      this.recountTimer = undefined;
      const ids = [...this.unsure];
      this.unsure.clear();
      for (const id of ids) void this.recounted(id).catch(() => {});
    }, RECOUNT_MS);
  }

  private recounted(id: string): Promise<void> {
    const { reads } = this;
    return this.during(
      () => this.call('GET', '/messages/{id}', { path: { id } }),
      ({ reply_count }: Message, since) => {
        if (reads !== this.reads || since.some(({ data }) => data.thread_id === id)) return this.recount(id);
        this.update((kept) => ({
          ...kept,
          messages: kept.messages.map((one) => (one.id === id && !one.hidden ? { ...one, reply_count } : one)),
        }));
      },
    );
  }

  private arrived({ seq, silent, mentions = [] }: Message): void {
    const { me, room } = this.kept ?? {};
    if (!me || !room) return;
    const { user_id } = this.host.engine.viewer;
    const mentioned = mentions.some((one) => one.type === 'room' || one.user_id === user_id);
    const counts = !silent && !me.muted && !me.hidden && (!me.mentions_only || mentioned);
    if (counts && seq > me.last_read_seq) this.host.unreadChanged(1);
    if (room.member_count > reduce.SMALL_ROOM) return;
    this.wanted.delivered = seq;
    this.deliveredTimer ??= setTimeout(() => {
      this.deliveredTimer = undefined;
      this.host.line.tell('receipt.delivered', { room_id: this.id, seq: this.wanted.delivered });
    }, DELIVERED_MS);
  }

  private withWanted(kept: Kept): Kept {
    const { read } = this.wanted;
    return kept.me && kept.me.last_read_seq < read ? { ...kept, me: { ...kept.me, last_read_seq: read } } : kept;
  }

  private tellAgain(): void {
    if (this.wanted.read > 0) this.readTimer ??= setTimeout(() => void this.tellRead(), MARK_MS);
  }

  private async tellRead(): Promise<void> {
    const seq = this.wanted.read;
    this.readTimer = undefined;
    if (seq === 0) return;
    try {
      const me: RoomMe = await this.ask('receipt.read', { seq });
      if (this.wanted.read === seq) this.wanted.read = 0;
      this.update((kept) => this.withWanted(reduce.withMe(kept, me)));
    } catch (error) {
      if (!(error as ChatError).retryable) this.wanted.read = 0;
    }
  }

  private shown(): RoomState {
    const { kept, typing, error } = this;
    const me = this.host.me();
    const out = [...this.arriving, ...this.host.outbox.of(this.id).map((entry) => pending(entry, me))];
    return {
      room: kept?.room ?? null,
      me: kept?.me ?? null,
      messages: [...(kept?.messages ?? []), ...out],
      has_older: kept?.has_older ?? false,
      has_newer: kept?.has_newer ?? false,
      loading: this.loading > 0,
      typing: typing.filter((one) => one !== me?.user_id),
      receipts: new Map(Object.entries(kept?.receipts ?? {})),
      unread: kept ? reduce.unreadOf(kept) : 0,
      mentions: kept?.me?.mentions ?? 0,
      members: kept?.members ?? [],
      ...(error && { error }),
    };
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** Where a page of history is; without any of them, at the end. */
interface PageQuery {
  before_seq?: number;
  after_seq?: number;
  around_seq?: number;
}

import { ChatError } from '../errors.js';
import { list, type List } from '../pages.js';
import type { Timer } from '../wait.js';
import { recountOf } from './counts.js';
import type { Engine } from './engine.js';
import type { Line } from './line.js';
import { markersOf } from './markers.js';
import { pending, type Outbox } from './outbox.js';
import * as reduce from './reduce.js';
import type { HistoryPage, Kept } from './reduce.js';
import { derived } from './store.js';
import type { Replies } from './thread.js';
import type { ChatMessage, Envelope, Member, Message, RoomMe, RoomState, Told, User } from './types.js';

const PAGE = 50;
/** A typist is let go when nothing more is heard: what says that it stopped may have been lost. */
const TYPING_MS = 60_000;
/** So long after a page was read its counts of replies may be ahead of the events. */
const COUNTS_UNSURE_MS = 3_000;

export interface RoomHost {
  readonly engine: Engine;
  readonly line: Line;
  readonly outbox: Outbox;
  call(method: string, path: string, init?: object): Promise<Told>;
  me(): User | null;
  ready(signal?: AbortSignal): Promise<void>;
  unreadChanged(by: number): void;
}

/** What is shown of a room: pages of its history, and what events make of them. */
export type Feed = ReturnType<typeof feedOf>;

export function feedOf(id: string, host: RoomHost) {
  const { engine, outbox } = host;
  const { viewer } = engine;
  const markers = markersOf(id, host);
  const threads = new Map<string, Replies>();
  /** Events that came while a page was on its way. */
  const journals = new Set<Envelope[]>();
  let opened = 0;
  let loading = 0;
  let loadedAt = 0;
  let error: ChatError | undefined;
  let typing: string[] = [];
  let typingTimer: Timer;
  let filling: Promise<void> | undefined;

  const kept = (): Kept | undefined => engine.kept.get(id);
  const update = (change: (kept: Kept) => Kept): void => engine.update(id, change);
  const message = (of: string): ChatMessage | undefined => kept()?.messages.find((one) => one.id === of);
  const call = (method: string, path: string, { path: ids, ...init }: Told = {}): Promise<Told> =>
    host.call(method, `/rooms/{room_id}${path}`, { path: { room_id: id, ...ids }, ...init });

  const state = derived((): RoomState => {
    const now: Partial<Kept> = kept() ?? {};
    const {
      room = null,
      me = null,
      messages = [],
      members = [],
      receipts = {},
      has_older = false,
      has_newer = false,
    } = now;
    const user = host.me();
    return {
      room,
      me,
      messages: [...messages, ...outbox.of(id).map((entry) => pending(entry, user))],
      has_older,
      has_newer,
      loading: loading > 0,
      typing: typing.filter((one) => one !== user?.user_id),
      receipts: new Map(Object.entries(receipts)),
      unread: room ? reduce.unreadOf({ room, me }) : 0,
      mentions: me?.mentions ?? 0,
      members,
      ...(error && { error }),
    };
  });

  const changed = (): void => {
    state.changed();
    for (const thread of threads.values()) thread.changed();
  };

  const busy = async (run: () => Promise<void>): Promise<void> => {
    loading++;
    error = undefined;
    state.changed();
    try {
      await run();
    } catch (thrown) {
      error = thrown instanceof ChatError ? thrown : undefined;
      throw thrown;
    } finally {
      loading--;
      state.changed();
    }
  };

  /** Loads, and keeps what comes meanwhile. */
  const during = async <T>(load: () => Promise<T>, take: (answer: T, since: Envelope[]) => void): Promise<void> => {
    const since: Envelope[] = [];
    journals.add(since);
    try {
      take(await load(), since);
    } finally {
      journals.delete(since);
      loadedAt = Date.now();
    }
  };

  const page = async (query: object): Promise<HistoryPage> => {
    const told: HistoryPage = await call('GET', '/messages', { query: { limit: PAGE, ...query } });
    for (const one of told.data) if ('client_msg_id' in one) outbox.seen(one);
    return told;
  };

  const load = (side: 'older' | 'newer' | 'all', query: object): Promise<void> =>
    busy(() =>
      during(
        () => page(query),
        (told, since) => {
          update((now) => reduce.withPage(now, told, side, since, viewer()));
          for (const { data } of since) if (data.thread_id) recount(data.thread_id);
        },
      ),
    );

  const allMembers = (signal?: AbortSignal): List<Member> =>
    list((cursor) => call('GET', '/members', { query: { limit: 100, cursor }, signal }), signal);

  const fillMembers = (): Promise<void> =>
    during(
      () => allMembers().first(),
      ({ data, page: { has_more } }, since) =>
        update((now) => {
          const next = { ...now, members: data, all_members: !has_more };
          return has_more ? next : since.reduce((all, event) => reduce.withMember(all, event, viewer()), next);
        }),
    );

  const filled = async (): Promise<void> => {
    const now = kept();
    if (!now) return busy(() => engine.read(id));
    await Promise.all([now.loaded || load('all', {}), now.all_members || fillMembers()]);
  };

  /** Loads what an open room shows and has not. */
  const fill = async (): Promise<void> => {
    if (opened > 0) await (filling ??= filled().finally(() => (filling = undefined)));
  };

  /** Of what is shown. */
  const mapMessages = (change: (one: ChatMessage) => ChatMessage): void =>
    update((now) => ({ ...now, messages: now.messages.map(change) }));
  const recount = recountOf({ call, during, message, map: mapMessages });

  const typists = (users: string[]): void => {
    clearTimeout(typingTimer);
    if (users.length === 0 && typing.length === 0) return;
    typing = users;
    if (users.length > 0) typingTimer = setTimeout(() => typists([]), TYPING_MS);
    state.changed();
  };

  return {
    id,
    host,
    state,
    markers,
    threads,
    kept,
    update,
    message,
    call,
    changed,
    during,
    load,
    members: allMembers,
    fill,
    typists,
    /** Somebody shows it. */
    isOpen: (): boolean => opened > 0,

    async open(signal?: AbortSignal): Promise<void> {
      opened++;
      if (kept()?.loaded && !host.line.isOnline()) return;
      await host.ready(signal);
      await fill();
      await engine.catchUp();
    },

    close(): void {
      opened = Math.max(0, opened - 1);
      if (opened > 0) return;
      threads.clear();
      update((now) =>
        now.has_newer ? { ...now, messages: [], loaded: false, has_newer: false } : reduce.trimmed(now, PAGE, 'older'),
      );
    },

    /** An event that follows the position. */
    apply(event: Envelope): void {
      const { type, data } = event;
      const { user_id } = viewer();
      for (const journal of journals) journal.push(event);
      const before = kept()!;
      const unread = reduce.unreadOf(before);
      const by = reduce.repliesBy(event, before.messages);
      update((now) => reduce.apply(now, event, viewer()));
      if (by !== 0 && (by === null || journals.size > 0 || Date.now() - loadedAt < COUNTS_UNSURE_MS)) {
        recount(data.thread_id);
      }
      for (const thread of threads.values()) thread.apply(event, viewer());
      // A mention may be gone, or come: only an answer of a resume says how many there are.
      if (before.me?.mentions && /^(room\.truncated|message\.(deleted|updated))$/.test(type)) engine.suspect(id);
      if (type !== 'message.created') return;
      typists(typing.filter((one) => one !== data.sender_id));
      if (data.sender_id !== user_id) return markers.arrived(data);
      outbox.seen(data);
      // Who says something has read what was before it.
      if (unread > 0) host.unreadChanged(-unread);
    },

    /** A message that the server answered, perhaps before its event. */
    taken(told: Message): ChatMessage {
      const have = message(told.id);
      const result = reduce.shown(told, viewer(), have);
      update((now) =>
        (have ? have.rev >= told.rev : !now.loaded || now.has_newer || told.seq <= now.room.last_seq)
          ? now
          : { ...now, messages: reduce.put(now.messages, result) },
      );
      outbox.seen(told);
      return result;
    },

    /** The sides of an answer of a resume. */
    sides({ rev, me, receipts = [] }: { rev: number; me: RoomMe | null; receipts?: Told[] }): void {
      update((now) => {
        // What has come since knows better.
        const isNow = now.rev === rev;
        const next = isNow || !now.me ? reduce.withMe(now, me) : now;
        const told = new Set(receipts.map(({ user_id }) => user_id));
        let all = Object.fromEntries(Object.entries(now.receipts).filter(([user]) => !isNow || told.has(user)));
        for (const one of receipts) all = reduce.movedReceipt({ ...next, receipts: all }, one);
        return { ...markers.withRead(next), receipts: all };
      });
      markers.tellAgain();
    },

    /** The own side was told. */
    marked({ last_read_seq, mentions, unread }: Told): void {
      update((now) =>
        now.me ? markers.withRead(reduce.withMe(now, { ...now.me, last_read_seq, mentions, unread })) : now,
      );
    },

    /** What is hidden from now on. */
    rehide(): void {
      const again = (one: ChatMessage) => (one.hidden ? one : reduce.shown(one, viewer(), one));
      mapMessages(again);
      update((now) => ({ ...now, last_message: now.last_message && again(now.last_message) }));
      for (const thread of threads.values()) thread.rehide(again);
    },

    /** With the newest messages and the members, as far as they are shown. */
    async whole(fresh: Kept): Promise<Kept> {
      const shows = opened > 0 || kept()?.loaded === true;
      // A list of rooms calls a direct one by who is in it.
      const isNamedByMembers = fresh.room.room_type === 'direct' && !fresh.all_members;
      const [newest, all] = await Promise.all([
        page({ limit: shows ? PAGE : 1 }),
        shows || isNamedByMembers ? allMembers().first() : undefined,
      ]);
      const next = reduce.withPage(fresh, newest, 'all', [], viewer());
      loadedAt = Date.now();
      for (const thread of threads.values()) void thread.load();
      return {
        ...(shows ? next : fresh),
        last_message: next.messages.at(-1) ?? null,
        ...(all && { members: all.data, all_members: !all.page.has_more }),
      };
    },
  };
}

import type { Timer } from '../wait.js';
import { historyOf, MEMBERS, PAGE } from './history.js';
import { markersOf } from './markers.js';
import { pending } from './outbox.js';
import type { RoomHost } from './parts.js';
import * as reduce from './reduce.js';
import type { Kept } from './reduce.js';
import { derived, type Derived } from './store.js';
import type { Replies } from './thread.js';
import type { ChatMessage, Envelope, Message, RoomMe, RoomState, Told } from './types.js';

/** A typist is let go when nothing more is heard: what says that it stopped may have been lost. */
const TYPING_MS = 60_000;

/** What is shown of a room: pages of its history, and what events make of them. */
export type Feed = ReturnType<typeof feedOf>;

export function feedOf(id: string, host: RoomHost) {
  const { engine, outbox } = host;
  const { viewer } = engine;
  const markers = markersOf(id, host);
  const threads = new Map<string, Replies>();
  const history = historyOf(id, host, () => state.changed());
  const { kept, update, message } = history;
  let opened = 0;
  let typing: string[] = [];
  let typingTimer: Timer;
  let filling: Promise<void> | undefined;
  /** Own ones that are there for everybody, while what is loaded does not reach them yet. */
  let arriving: ChatMessage[] = [];

  const state: Derived<RoomState> = derived(() => {
    const now: Partial<Kept> = kept() ?? {};
    const { room = null, me = null, messages = [], members = [], receipts = {} } = now;
    const user = host.me();
    const error = history.error();
    return {
      room,
      me,
      messages: [...messages, ...arriving, ...outbox.of(id).map((entry) => pending(entry, user))],
      has_older: now.has_older ?? false,
      has_newer: now.has_newer ?? false,
      loading: history.isLoading(),
      typing: typing.filter((one) => one !== user?.user_id),
      receipts: new Map(Object.entries(receipts)),
      unread: room ? reduce.unreadOf({ room, me }) : 0,
      mentions: me?.mentions ?? 0,
      members,
      ...(error && { error }),
    };
  });

  const changed = (): void => {
    if (arriving.length > 0) {
      const now = kept();
      // Who has come as far shows them, or knows why not.
      const isThere = (one: ChatMessage) => message(one.id) || (now!.loaded && !now!.has_newer && now!.rev >= one.rev);
      arriving = now ? arriving.filter((one) => !isThere(one)) : [];
    }
    state.changed();
    for (const thread of threads.values()) thread.changed();
  };

  /** One of the own that was sent: to be seen until what is loaded reaches it. */
  const arrives = (one: ChatMessage): void => {
    if (opened === 0) return;
    arriving = [...arriving, one].slice(-MEMBERS);
    changed();
  };

  const closeAll = (): void => {
    arriving = [];
    threads.clear();
  };

  /** Loads what an open room shows and has not. */
  const fill = async (): Promise<void> => {
    if (opened > 0) await (filling ??= history.fill().finally(() => (filling = undefined)));
  };

  const typists = (users: string[]): void => {
    clearTimeout(typingTimer);
    if (users.length === 0 && typing.length === 0) return;
    typing = users;
    if (users.length > 0) typingTimer = setTimeout(() => typists([]), TYPING_MS);
    state.changed();
  };

  /** Somebody came, or went. */
  const crowd = (before: number): void => {
    const { member_count } = kept()!.room;
    // Markers are told from now on: a resume says how they are.
    if (before > reduce.SMALL_ROOM && member_count <= reduce.SMALL_ROOM) engine.suspect(id);
    if (history.lacksMembers()) fill().catch(() => {});
  };

  return {
    ...history,
    id,
    host,
    state,
    markers,
    threads,
    changed,
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
      closeAll();
      update((now) =>
        now.has_newer ? { ...now, messages: [], loaded: false, has_newer: false } : reduce.trimmed(now, PAGE, 'older'),
      );
    },

    /** Somebody else is there now: what the user before did here is not theirs. */
    forget(): void {
      markers.forget();
      closeAll();
    },

    /** An event that follows the position. */
    apply(event: Envelope): void {
      const { type, data } = event;
      history.note(event);
      const before = kept()!;
      const by = reduce.repliesBy(event, before.messages);
      update((now) => reduce.apply(now, event, viewer()));
      if (by === null || (by !== 0 && history.isUnsure())) history.recount(data.thread_id);
      for (const thread of threads.values()) thread.apply(event, viewer());
      // A mention may be gone, or come: only an answer of a resume says how many there are.
      if (before.me?.mentions && /^(room\.truncated|message\.(deleted|updated))$/.test(type)) engine.suspect(id);
      if (type.startsWith('member.')) crowd(before.room.member_count);
      if (type !== 'message.created') return;
      typists(typing.filter((one) => one !== data.sender_id));
      if (data.sender_id !== viewer().user_id) return markers.arrived(data);
      if (outbox.seen(data)) arrives(reduce.shown(data, viewer()));
      // Who says something has read what was before it.
      const unread = reduce.unreadOf(before);
      if (unread > 0) host.unreadChanged(-unread);
    },

    /** A message that the server answered, perhaps before its event. */
    taken(told: Message, isNew = false): ChatMessage {
      const have = message(told.id);
      const result = reduce.shown(told, viewer(), have);
      update((now) =>
        (have ? have.rev >= told.rev : !now.loaded || now.has_newer || told.seq <= now.room.last_seq)
          ? now
          : { ...now, messages: reduce.put(now.messages, result) },
      );
      outbox.seen(told);
      if (isNew) arrives(result);
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
      update((now) => ({
        ...now,
        messages: now.messages.map(again),
        last_message: now.last_message && again(now.last_message),
      }));
      for (const thread of threads.values()) thread.rehide(again);
    },

    /** With the newest messages and the members, as far as they are shown. */
    async whole(fresh: Kept): Promise<Kept> {
      const isShown = () => opened > 0 || kept()?.loaded === true;
      // A list of rooms calls a direct one by who is in it.
      const isNamedByMembers = fresh.room.room_type === 'direct' && !fresh.all_members;
      const read = (shows: boolean) =>
        Promise.all([
          history.page({}, shows ? PAGE : 1),
          shows || isNamedByMembers ? history.members().first() : undefined,
        ]);
      let shows = isShown();
      let [newest, all] = await read(shows);
      // Somebody has opened it meanwhile, for whom that is not enough.
      if (!shows && (shows = isShown())) [newest, all] = await read(shows);
      const next = reduce.withPage(fresh, newest, 'all', [], viewer());
      history.readAnew();
      if (kept()?.epoch !== fresh.epoch) arriving = [];
      for (const thread of threads.values()) void thread.load();
      return {
        ...(shows ? next : fresh),
        last_message: next.messages.at(-1) ?? null,
        ...(all && { members: all.data, all_members: !all.page.has_more }),
      };
    },
  };
}

import { ChatError } from '../errors.js';
import { list, type List } from '../pages.js';
import { now } from '../wait.js';
import { recountOf } from './counts.js';
import type { RoomHost } from './parts.js';
import { withMember, withPage, type HistoryPage, type Kept } from './reduce.js';
import type { ChatMessage, Envelope, Member, Told } from './types.js';

export const PAGE = 50;
export const MEMBERS = 100;
/** What is on its way is asked for again when the room was read anew meanwhile. */
const TRIES = 3;
/** So long after a page was read its counts of replies may be ahead of the events. */
const COUNTS_UNSURE_MS = 3_000;

/** Where a page of history is; without any of them, at the end. */
export interface PageQuery {
  before_seq?: number;
  after_seq?: number;
  around_seq?: number;
}

/** What of a room is loaded, and how. */
export type History = ReturnType<typeof historyOf>;

/** @param changed what is shown is another */
export function historyOf(id: string, { engine, outbox, call: ask }: RoomHost, changed: () => void) {
  const { viewer } = engine;
  /** Events that came while a page was on its way. */
  const journals = new Set<Envelope[]>();
  /** How often the room was read anew, and pages were asked for that begin a stretch, and which of these is shown. */
  let reads = 0;
  let jumps = 0;
  let shownJump = 0;
  let loading = 0;
  let loadedAt = -Infinity;
  let error: ChatError | undefined;

  const kept = (): Kept | undefined => engine.kept.get(id);
  const update = (change: (before: Kept) => Kept): void => engine.update(id, change);
  const message = (of: string): ChatMessage | undefined => kept()?.messages.find((one) => one.id === of);
  const call = (method: string, path: string, { path: ids, ...init }: Told = {}): Promise<Told> =>
    ask(method, `/rooms/{room_id}${path}`, { path: { room_id: id, ...ids }, ...init });

  const busy = async (run: () => Promise<void>): Promise<void> => {
    loading++;
    error = undefined;
    changed();
    try {
      await run();
    } catch (thrown) {
      error = thrown instanceof ChatError ? thrown : undefined;
      throw thrown;
    } finally {
      loading--;
      changed();
    }
  };

  /** Loads, and keeps what comes meanwhile. @returns whether the room was not read anew at the same time */
  const during = async <T>(
    load: () => Promise<T>,
    take: (answer: T, since: Envelope[], isWhole: boolean) => void,
  ): Promise<boolean> => {
    const since: Envelope[] = [];
    const before = reads;
    journals.add(since);
    try {
      take(await load(), since, before === reads);
    } finally {
      journals.delete(since);
      loadedAt = now();
    }
    return before === reads;
  };

  const recount = recountOf({ call, during, message, update });

  const page = async (query: PageQuery, limit = PAGE): Promise<HistoryPage> => {
    const told: HistoryPage = await call('GET', '/messages', { query: { limit, ...query } });
    for (const one of told.data) if ('client_msg_id' in one) outbox.seen(one);
    return told;
  };

  const load = (side: 'older' | 'newer' | 'all', query: PageQuery): Promise<void> => {
    const jump = side === 'all' ? ++jumps : 0;
    // It is another stretch by now that this page does not belong to.
    const fits = (messages: ChatMessage[]): boolean => {
      if (side === 'all') return jump > shownJump;
      return side === 'older' ? messages[0]?.seq === query.before_seq : messages.at(-1)?.seq === query.after_seq;
    };
    const once = () =>
      during(
        () => page(query),
        (told, since, isWhole) => {
          // What happened between the page and what was read anew, nobody knows.
          if (!isWhole || !fits(kept()?.messages ?? [])) return;
          shownJump = Math.max(jump, shownJump);
          update((before) => withPage(before, told, side, since, viewer()));
          for (const { data } of since) if (data.thread_id) recount(data.thread_id);
        },
      );
    return busy(async () => {
      for (let tries = 1; !(await once()) && side === 'all' && fits([]) && tries < TRIES;) tries++;
    });
  };

  const members = (signal?: AbortSignal): List<Member> =>
    list((cursor) => call('GET', '/members', { query: { limit: MEMBERS, cursor }, signal }), signal);

  /** Of those that are shown of a large room somebody has left. */
  const lacksMembers = (): boolean => {
    const { all_members = true, members: some = [], room } = kept() ?? ({} as Partial<Kept>);
    return !all_members && some.length < Math.min(MEMBERS, room!.member_count);
  };

  const fillMembers = async (): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries++) {
      await during(
        () => members().first(),
        ({ data, page: { has_more } }, since, isWhole) => {
          if (!isWhole) return;
          update((before) => {
            const all = { ...before, members: data, all_members: !has_more };
            const then = since.reduce((next, event) => withMember(next, event, viewer()), all);
            // How many there are was counted with the events.
            return has_more ? { ...all, members: then.members } : then;
          });
        },
      );
      if (!lacksMembers()) return;
    }
  };

  return {
    call,
    kept,
    update,
    message,
    during,
    recount,
    page,
    load,
    members,
    lacksMembers,
    isLoading: (): boolean => loading > 0,
    error: (): ChatError | undefined => error,
    /** Counts of replies may be ahead of the events. */
    isUnsure: (): boolean => journals.size > 0 || now() - loadedAt < COUNTS_UNSURE_MS,
    /** An event came. */
    note(event: Envelope): void {
      for (const journal of journals) journal.push(event);
    },
    /** All of it was read anew: what is on its way does not fit any more. */
    readAnew(): void {
      error = undefined;
      loadedAt = now();
      reads++;
    },
    /** It is the user's no longer. */
    gone(reason = 'gone'): void {
      error = new ChatError('not_found', `No longer in this room: ${reason}`);
    },
    /** Loads what is shown and is not there. */
    async fill(): Promise<void> {
      const before = kept();
      if (!before) {
        await busy(() => engine.read(id));
        // What happened since.
        return void engine.catchUp();
      }
      await Promise.all([before.loaded || load('all', {}), before.all_members || fillMembers()]);
    },
  };
}

import { ChatError } from '../errors.js';
import type { History } from './history.js';
import { pending } from './outbox.js';
import type { RoomHost } from './parts.js';
import { change, put, shown, trimmed, type HistoryPage, type Kept, type Viewer } from './reduce.js';
import { derived } from './store.js';
import type {
  ChatMessage,
  Envelope,
  OutgoingBody,
  OutgoingMessage,
  Store,
  ThreadStanding,
  ThreadState,
  Told,
} from './types.js';

const PAGE = 50;

/** The replies to a message. They are messages of the room as well; here they stand alone. */
export interface ChatThread {
  /** The message that the thread is about. */
  readonly id: string;
  /** What is to be shown, newest last. */
  readonly state: Store<ThreadState>;
  /** Replies in this thread: at once in the state, and sent as the room's messages are. */
  send(body: Omit<OutgoingBody, 'thread_id'>): OutgoingMessage;
  /**
   * Loads the page before what is shown.
   * @returns whether there is more before that
   */
  loadOlder(): Promise<boolean>;
  /** Has read up to this place, or all there is. */
  markRead(seq?: number): Promise<void>;
  /** Follows it from now on, or no more. */
  follow(on?: boolean): Promise<void>;
  /** Nothing more is followed; {@link ChatRoom.thread} begins it anew. */
  close(): void;
}

/** A thread, and what its room tells it. */
export interface Replies {
  readonly thread: ChatThread;
  changed(): void;
  /** The newest page, the message it is about, and how the user stands to it. */
  load(): Promise<void>;
  apply(event: Envelope, viewer: Viewer): void;
  stands(standing: ThreadStanding): void;
  rehide(again: (message: ChatMessage) => ChatMessage): void;
}

/** The room of a thread. */
interface Around extends Pick<History, 'call' | 'during' | 'message'> {
  readonly id: string;
  readonly host: RoomHost;
}

export function repliesOf(
  id: string,
  feed: Around,
  send: (body: OutgoingBody) => OutgoingMessage,
  close: () => void,
): Replies {
  const { host } = feed;
  const { engine } = host;
  let parent: ChatMessage | null = null;
  let messages: ChatMessage[] = [];
  let has_older = false;
  let loading = false;
  let standing: ThreadStanding | null = null;
  let error: ChatError | undefined;

  const state = derived<ThreadState>(() => {
    const out = host.outbox.of(feed.id).filter(({ thread_id }) => thread_id === id);
    return {
      // The room counts its replies.
      parent: feed.message(id) ?? parent,
      messages: [...messages, ...out.map((entry) => pending(entry, host.me()))],
      has_older,
      loading,
      standing,
      ...(error && { error }),
    };
  });

  const call = (method: string, path: string, init?: Told): Promise<Told> =>
    feed.call(method, `/messages/{id}${path}`, { path: { id }, ...init });

  const bound = () =>
    ({ messages, has_older } = trimmed({ messages, has_older } as Kept, engine.viewer().window * 4, 'older'));

  const take = (query: { before_seq?: number }): Promise<unknown> => {
    const viewer = engine.viewer();
    return feed.during<HistoryPage>(
      () => call('GET', '/replies', { query: { limit: PAGE, ...query } }),
      ({ data, page }, since) => {
        // Another page took its place meanwhile.
        if (query.before_seq !== undefined && messages[0]?.seq !== query.before_seq) return;
        for (const told of data) {
          const have = messages.find((one) => one.id === told.id);
          if (!have || have.rev <= told.rev) messages = put(messages, shown(told, viewer));
        }
        has_older = page.has_more_before;
        for (const event of since) messages = change(messages, event, viewer);
        bound();
        state.changed();
      },
    );
  };

  const load = async () => {
    loading = true;
    error = undefined;
    state.changed();
    try {
      await host.ready();
      messages = [];
      const [told, stands] = await Promise.all([
        feed.message(id) ?? call('GET', ''),
        call('GET', '/subscription').catch(() => null),
        take({}),
      ]);
      parent = shown(told, engine.viewer());
      standing = stands;
    } catch (thrown) {
      error = thrown instanceof ChatError ? thrown : undefined;
    } finally {
      loading = false;
      state.changed();
    }
  };

  const stands = (now: ThreadStanding) => {
    standing = now;
    state.changed();
  };

  void load();
  return {
    thread: {
      id,
      state,
      send: (body) => send({ ...body, thread_id: id }),
      async loadOlder() {
        const [first] = messages;
        if (first && has_older) await take({ before_seq: first.seq });
        return has_older;
      },
      async markRead(seq) {
        stands(await call('POST', '/thread/read', { body: { seq } }));
      },
      async follow(on = true) {
        const now = await call(on ? 'PUT' : 'DELETE', '/subscription');
        if (now) stands(now);
        else if (standing) stands({ ...standing, subscribed: false });
      },
      close,
    },
    changed: state.changed,
    load,
    apply(event, viewer) {
      const { type, data } = event;
      if (type === 'room.truncated') messages = messages.filter(({ seq }) => seq >= data.before_seq);
      else if (type === 'message.created' && data.thread_id === id) {
        const have = messages.find((one) => one.id === data.id);
        messages = put(messages, shown(data, viewer, have));
        bound();
      } else {
        messages = change(messages, event, viewer);
        if (parent) [parent] = change([parent], event, viewer) as [ChatMessage];
      }
      state.changed();
    },
    stands,
    rehide(again) {
      messages = messages.map(again);
      state.changed();
    },
  };
}

import { ChatError, transient } from '../errors.js';
import { randomId } from '../http.js';
import { backoff, pause } from '../wait.js';
import { BLANK } from './reduce.js';
import type { ChatMessage, Message, OutgoingBody, OutgoingMessage, User, Told } from './types.js';

/** Whose a message is shown as before the service has said so. */
export type Sender = Pick<User, 'user_id' | 'display_name'> & Partial<User>;

/** A message on its way, as it is stored. */
export interface Entry {
  client_msg_id: string;
  room_id: string;
  /** As it goes out: the body of `message.send`. */
  body: Record<string, Told>;
  thread_id: string | null;
  created_at: string;
  failed?: Partial<ChatError>;
}

interface OutboxHost {
  ask(event: string, data: object): Promise<Message>;
  isOnline(): boolean;
  save(entries: Entry[]): Promise<void>;
  changed(roomId: string): void;
  /** The server has it. */
  taken(message: Message): void;
}

export interface Outbox {
  /** All that waits, and what failed. */
  all(): Entry[];
  restore(stored: Entry[]): void;
  /** Somebody else is there now. */
  clear(): void;
  of(roomId: string): Entry[];
  /** @throws ChatError when too many wait already */
  add(roomId: string, body: OutgoingBody): OutgoingMessage;
  retry(id: string): void;
  discard(id: string): void;
  /** Sends what waits. */
  flush(): void;
  /**
   * The server has this message: by its acknowledgement, its event, or a page of history, whatever comes first.
   * @returns whether it waited here
   */
  seen(message: Message): boolean;
}

interface Waiting {
  /** It is stored. */
  saved: Promise<void>;
  resolve(message: Message): void;
  reject(error: ChatError): void;
}

const MOST_WAITING = 1_000;
const RETRY_MS = 1_000;

/**
 * What is on its way: stored before it is sent, sent in order for each room, again after a break under the same
 * `client_msg_id`, and kept as failed where it was refused for good.
 */
export function outboxOf(host: OutboxHost): Outbox {
  let entries: Entry[] = [];
  const running = new Set<string>();
  const waiting = new Map<string, Waiting>();

  const of = (roomId: string) => entries.filter(({ room_id }) => room_id === roomId);
  const find = (id: string | null) => entries.find(({ client_msg_id }) => client_msg_id === id);

  const replace = (entry: Entry, by?: Entry) => {
    entries = entries.flatMap((one) => (one.client_msg_id === entry.client_msg_id ? (by ?? []) : one));
    host.changed(entry.room_id);
    return host.save(entries);
  };

  /** It waits no more. */
  const settle = (entry: Entry, tell: (one: Waiting) => void, by?: Entry) => {
    const one = waiting.get(entry.client_msg_id);
    waiting.delete(entry.client_msg_id);
    void replace(entry, by);
    if (one) tell(one);
  };

  /** In their order; what failed does not hold up the others. */
  const pump = async (room_id: string) => {
    if (running.has(room_id)) return;
    running.add(room_id);
    try {
      for (let tries = 0; host.isOnline();) {
        const entry = of(room_id).find(({ failed }) => !failed);
        if (!entry) return;
        await waiting.get(entry.client_msg_id)?.saved;
        if (!find(entry.client_msg_id)) continue;
        try {
          host.taken(await host.ask('message.send', { room_id, ...entry.body }));
          tries = 0;
        } catch (thrown) {
          const error = thrown as ChatError;
          const { retryable, retry_after_s } = error;
          if (!find(entry.client_msg_id)) continue;
          if (!retryable) settle(entry, (one) => one.reject(error), { ...entry, failed: { ...error } });
          // Without a line `flush` begins again.
          else if (!host.isOnline()) return;
          else await pause(retry_after_s === undefined ? backoff(RETRY_MS, tries++) : retry_after_s * 1000);
        }
      }
    } finally {
      running.delete(room_id);
    }
  };

  const discard = (id: string) => {
    const entry = find(id);
    if (entry) settle(entry, (one) => one.reject(new ChatError('closed', 'The message was discarded')));
  };

  return {
    of,
    all: () => entries,
    restore(stored) {
      // What was said since may have been stored already.
      entries = [...stored.filter(({ client_msg_id }) => !find(client_msg_id)), ...entries];
      for (const { room_id } of stored) host.changed(room_id);
    },
    clear() {
      for (const { client_msg_id } of entries) discard(client_msg_id);
    },
    add(room_id, { reply_to, thread_id, ...rest }) {
      if (entries.length >= MOST_WAITING) throw transient('overloaded', `${MOST_WAITING} messages wait already`);
      const client_msg_id = randomId();
      const reply_to_id = reply_to ?? thread_id;
      // A copy, and without what is undefined: as it goes over the wire.
      const body = JSON.parse(JSON.stringify({ ...rest, client_msg_id, reply_to_id }));
      const created_at = new Date().toISOString();
      entries = [...entries, { client_msg_id, room_id, body, thread_id: thread_id ?? null, created_at }];
      const saved = host.save(entries);
      const sent = new Promise<Message>((resolve, reject) => waiting.set(client_msg_id, { saved, resolve, reject }));
      // Who does not wait for it sees it in the room's state.
      sent.catch(() => {});
      host.changed(room_id);
      void pump(room_id);
      return { client_msg_id, sent: sent as Promise<ChatMessage> };
    },
    retry(id) {
      const entry = find(id);
      if (!entry?.failed) return;
      void replace(entry, { ...entry, failed: undefined });
      void pump(entry.room_id);
    },
    discard,
    flush() {
      for (const room of new Set(entries.map(({ room_id }) => room_id))) void pump(room);
    },
    seen(message) {
      const { client_msg_id, room_id } = message;
      const entry = client_msg_id && find(client_msg_id);
      if (!entry || entry.room_id !== room_id) return false;
      settle(entry, (one) => one.resolve(message));
      return true;
    },
  };
}

/** As it is shown until the server has it. */
export function pending(entry: Entry, me: Sender | null): ChatMessage {
  const { client_msg_id, room_id, body, thread_id, created_at, failed } = entry;
  return {
    ...(BLANK as unknown as Message),
    ...body,
    id: client_msg_id,
    room_id,
    // After everything that is there.
    seq: Number.MAX_SAFE_INTEGER,
    rev: 0,
    sender_id: me?.user_id ?? null,
    sender_display_name: me?.display_name ?? null,
    thread_id,
    created_at,
    updated_at: created_at,
    status: failed ? 'failed' : 'sending',
    ...(failed && { error: new ChatError(failed.code ?? 'internal', failed.detail ?? '', failed as object) }),
  };
}

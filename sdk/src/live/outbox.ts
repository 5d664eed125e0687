import { ChatError } from '../errors.js';
import { randomId } from '../http.js';
import { BLANK } from './reduce.js';
import { transient } from './transient.js';
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

const MOST_WAITING = 1_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * What is on its way: stored before it is sent, sent in order for each room, again after a break under the same
 * `client_msg_id`, and kept as failed where it was refused for good.
 */
export class Outbox {
  private entries: Entry[] = [];
  private readonly running = new Set<string>();
  private readonly waiting = new Map<string, { resolve(message: Message): void; reject(error: ChatError): void }>();

  constructor(private readonly host: OutboxHost) {}

  restore(entries: Entry[]): void {
    // What was said since may have been stored already.
    this.entries = [...entries.filter(({ client_msg_id }) => !this.find(client_msg_id)), ...this.entries];
    for (const { room_id } of entries) this.host.changed(room_id);
  }

  /** Somebody else is there now. */
  clear(): void {
    for (const { client_msg_id } of this.entries) this.discard(client_msg_id);
  }

  /** All that waits, and what failed. */
  get all(): Entry[] {
    return this.entries;
  }

  of(roomId: string): Entry[] {
    return this.entries.filter(({ room_id }) => room_id === roomId);
  }

  /** @throws ChatError when too many wait already */
  add(room_id: string, { reply_to, thread_id, ...rest }: OutgoingBody): OutgoingMessage {
    if (this.entries.length >= MOST_WAITING) {
      throw transient('overloaded', `${MOST_WAITING} messages wait already`);
    }
    const client_msg_id = randomId();
    const reply_to_id = reply_to ?? thread_id;
    const body = { ...rest, client_msg_id, ...(reply_to_id && { reply_to_id }) };
    const entry = { client_msg_id, room_id, body, thread_id: thread_id ?? null, created_at: new Date().toISOString() };
    this.entries = [...this.entries, entry];
    const sent = new Promise<Message>((resolve, reject) => this.waiting.set(client_msg_id, { resolve, reject }));
    // Who does not wait for it sees it in the room's state.
    sent.catch(() => {});
    this.changed(room_id);
    void this.pump(room_id, this.save());
    return { client_msg_id, sent: sent as Promise<ChatMessage> };
  }

  retry(id: string): void {
    const entry = this.find(id);
    if (!entry?.failed) return;
    this.replace(entry, { ...entry, failed: undefined });
    void this.pump(entry.room_id, this.save());
  }

  discard(id: string): void {
    const entry = this.find(id);
    if (!entry) return;
    this.replace(entry);
    this.waiting.get(id)?.reject(new ChatError('closed', 'The message was discarded'));
    this.waiting.delete(id);
    void this.save();
  }

  /** Sends what waits. */
  flush(): void {
    for (const room of new Set(this.entries.map(({ room_id }) => room_id))) void this.pump(room);
  }

  /**
   * The server has this message: by its acknowledgement, its event, or a page of history, whatever comes first.
   * @returns whether it waited here
   */
  seen(message: Message): boolean {
    const entry = message.client_msg_id ? this.find(message.client_msg_id) : undefined;
    if (!entry || entry.room_id !== message.room_id) return false;
    this.replace(entry);
    this.waiting.get(entry.client_msg_id)?.resolve(message);
    this.waiting.delete(entry.client_msg_id);
    void this.save();
    return true;
  }

  /** In their order; what failed does not hold up the others. */
  private async pump(room: string, saved?: Promise<void>): Promise<void> {
    if (this.running.has(room)) return;
    this.running.add(room);
    try {
      await saved;
      for (let tries = 0; this.host.isOnline();) {
        const entry = this.of(room).find(({ failed }) => !failed);
        if (!entry) return;
        try {
          this.host.taken(await this.host.ask('message.send', { room_id: room, ...entry.body }));
          tries = 0;
        } catch (thrown) {
          const error = thrown as ChatError;
          if (!this.find(entry.client_msg_id)) continue;
          if (!error.retryable) this.fail(entry, error);
          // Without a line `flush` begins again.
          else if (!this.host.isOnline()) return;
          else await wait(error.retry_after_s, tries++);
        }
      }
    } finally {
      this.running.delete(room);
    }
  }

  private fail(entry: Entry, error: ChatError): void {
    this.replace(entry, { ...entry, failed: { ...error } });
    this.waiting.get(entry.client_msg_id)?.reject(error);
    this.waiting.delete(entry.client_msg_id);
    void this.save();
  }

  private find(id: string): Entry | undefined {
    return this.entries.find(({ client_msg_id }) => client_msg_id === id);
  }

  private replace(entry: Entry, by?: Entry): void {
    this.entries = this.entries.flatMap((one) => (one.client_msg_id === entry.client_msg_id ? (by ?? []) : one));
    this.changed(entry.room_id);
  }

  private changed(room: string): void {
    this.host.changed(room);
  }

  private save(): Promise<void> {
    return this.host.save(this.entries);
  }
}

/** As it is shown until the server has it. */
export function pending(
  { client_msg_id, room_id, body, thread_id, created_at, failed }: Entry,
  me: Sender | null,
): ChatMessage {
  const {
    metadata = {},
    mentions = [],
    attachments = [],
    content = null,
    content_type = 'text',
    reply_to_id = null,
  } = body;
  return {
    ...(BLANK as unknown as Message),
    id: client_msg_id,
    client_msg_id,
    room_id,
    // After everything that is there.
    seq: Number.MAX_SAFE_INTEGER,
    rev: 0,
    sender_id: me?.user_id ?? null,
    sender_display_name: me?.display_name ?? null,
    content,
    content_type,
    mentions,
    attachments,
    metadata,
    reply_to_id,
    thread_id,
    silent: body.silent ?? false,
    created_at,
    updated_at: created_at,
    status: failed ? 'failed' : 'sending',
    ...(failed && { error: new ChatError(failed.code ?? 'internal', failed.detail ?? '', failed as object) }),
  };
}

const wait = (seconds: number | undefined, tries: number): Promise<void> =>
  new Promise((resolve) => {
    const backoff = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** tries) * (0.5 + Math.random() / 2);
    setTimeout(resolve, seconds === undefined ? backoff : seconds * 1000);
  });

import { ChatClient, IndexedDbStorage, MemoryStorage, type ChatStorage, type RoomState } from '@chatapi/sdk';

/** What a client shows of a room, in an order of its own, as plain JSON. */
export interface ShownRoom {
  name: string | null;
  status: string;
  frozen: boolean;
  first_seq: number;
  last_seq: number;
  member_count: number;
  messages: unknown[];
  members: unknown[];
  read: unknown[];
  me: unknown;
  unread: number;
  last: unknown;
}

/**
 * Clients of the SDK by their names: the same code in Node and in a page of a browser, told what to do by the suite, and
 * asked what they show.
 */
export class SdkAgent {
  private readonly clients = new Map<string, ChatClient>();
  private readonly kept = new Map<string, ChatStorage>();
  private readonly leases = new Map<string, { isHeld: boolean }>();
  private readonly events = new Map<string, string[]>();

  /** Begins a client, or begins it again with what it had stored. */
  async start(name: string, url: string, key: string, rooms: string[], limits: object = {}): Promise<void> {
    const storage = this.kept.get(name) ?? newStorage(name);
    this.kept.set(name, storage);
    const lease = { isHeld: true };
    this.leases.set(name, lease);
    const client = new ChatClient({
      url,
      key: () => Promise.resolve(key),
      storage: leased(storage, lease),
      timeout_ms: 1_000,
      backoff_ms: 50,
      ...limits,
    });
    this.clients.set(name, client);
    const seen: string[] = [];
    this.events.set(name, seen);
    client.on('*', ({ stream, epoch, rev }) => rev !== undefined && seen.push(`${stream} ${epoch} ${rev}`));
    for (const id of rooms)
      client
        .room(id)
        .open()
        .catch(() => {});
    void client.connect().catch(() => {});
  }

  /** As a process that is killed: nothing more is written, nothing is said. */
  kill(name: string): void {
    const lease = this.leases.get(name);
    if (lease) lease.isHeld = false;
    this.clients.get(name)?.disconnect();
    this.clients.delete(name);
  }

  /** Ends it in order. */
  async close(name: string): Promise<void> {
    await this.clients.get(name)?.close();
    this.clients.delete(name);
  }

  isStarted(name: string): boolean {
    return this.clients.has(name);
  }

  disconnect(name: string): void {
    this.clients.get(name)?.disconnect();
  }

  async connect(name: string): Promise<void> {
    await this.clients
      .get(name)
      ?.connect()
      .catch(() => {});
  }

  /** Says something, and does not wait until it is there. */
  say(name: string, roomId: string, content: string, parent?: string): void {
    this.clients
      .get(name)
      ?.room(roomId)
      .send({ content, ...(parent && { thread_id: parent }) });
  }

  read(name: string, roomId: string, seq: number): void {
    this.clients.get(name)?.room(roomId).markRead(seq);
  }

  async loadOlder(name: string, roomId: string): Promise<boolean> {
    return (await this.clients.get(name)?.room(roomId).loadOlder()) ?? false;
  }

  /** What waits to be sent, or could not be: contents by room. */
  waiting(name: string, roomId: string): string[] {
    const state = this.clients.get(name)?.room(roomId).state.get();
    return (state?.messages ?? []).filter(({ status }) => status !== 'sent').map(({ content }) => content!);
  }

  connection(name: string): object | undefined {
    return this.clients.get(name)?.connection.get();
  }

  /** Durable events that the app was told: each once, in order within its stream. */
  told(name: string): string[] {
    return this.events.get(name) ?? [];
  }

  /** All that is shown of the rooms that the user is in. */
  state(name: string): { rooms: Record<string, ShownRoom>; total_unread: number } | null {
    const client = this.clients.get(name);
    if (!client) return null;
    const rooms = client.rooms
      .get()
      .map(({ room, last_message }) => [
        room.id,
        { ...shownRoom(client.room(room.id).state.get()), last: last_message && said(last_message) },
      ]);
    return { rooms: Object.fromEntries(rooms), total_unread: client.unread.get().total_unread };
  }
}

function shownRoom({ room, me, members, messages, receipts, unread }: RoomState): Omit<ShownRoom, 'last'> {
  const { name, status, frozen, first_seq, last_seq, member_count } = room!;
  return {
    ...{ name, status, frozen, first_seq, last_seq, member_count, unread },
    // What was refused stays to be seen by who said it.
    messages: messages
      .filter(({ status }) => status !== 'failed')
      .map((message) => ({ ...said(message), sent: message.status })),
    members: members.map(({ user_id, role }) => `${user_id} ${role}`).toSorted(),
    read: [...receipts].map(([user, { read_seq }]) => `${user} ${read_seq}`).toSorted(),
    me: me && { role: me.role, last_read_seq: me.last_read_seq, mentions: me.mentions, muted: me.muted },
  };
}

/** A message as it is compared, from the SDK or from REST. */
export function said(message: any): object {
  const { seq, id, hidden, deleted_at, content, reply_count, pinned_at, reactions, me, thread_id } = message;
  if (hidden) return { seq, id, hidden };
  if (deleted_at) return { seq, id, deleted: true, reply_count };
  return {
    ...{ seq, id, content, reply_count, thread_id },
    pinned: pinned_at !== null,
    reactions: reactions
      .map(({ key, count, user_ids }: any) => `${key} ${count} ${user_ids.toSorted().join()}`)
      .toSorted(),
    own: (me?.reactions ?? []).toSorted(),
  };
}

/** In browsers where such are kept, under a name of this run's own. */
function newStorage(name: string): ChatStorage {
  return !('indexedDB' in globalThis) ? new MemoryStorage() : new IndexedDbStorage(`${name} ${Math.random()}`);
}

/** Takes writes only as long as its client lives. */
function leased(storage: ChatStorage, lease: { isHeld: boolean }): ChatStorage {
  return {
    get: (key) => storage.get(key),
    set: async (key, value) => {
      if (lease.isHeld) await storage.set(key, value);
    },
    delete: async (key) => {
      if (lease.isHeld) await storage.delete(key);
    },
  };
}

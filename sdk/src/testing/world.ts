import { ChatClient } from '../live/client.js';
import type { ChatClientOptions, ChatMessage, RoomState, Told } from '../live/types.js';
import { FakeService } from './fake-service.js';

/** Time goes on, and what it brings happens. */
export const pass = (ms = 100): Promise<void> => jest.advanceTimersByTimeAsync(ms);

const clients: ChatClient[] = [];

/** A client of a service, not yet connected. */
export function clientOf(service: FakeService, options: Partial<ChatClientOptions> = {}): ChatClient {
  const { url, fetch } = service;
  const client = new ChatClient({ url, key: 'key', fetch: fetch as ChatClientOptions['fetch'] & object, ...options });
  clients.push(client);
  return client;
}

/** A client that is connected and has these rooms open. */
export async function at(
  service: FakeService,
  rooms: { id: string }[] = [],
  options: Partial<ChatClientOptions> = {},
): Promise<ChatClient> {
  const client = clientOf(service, options);
  void client.connect().catch(() => {});
  for (const { id } of rooms)
    client
      .room(id)
      .open()
      .catch(() => {});
  await pass();
  return client;
}

/** Each test begins with a service of its own, and leaves no client behind. */
export function fakeTime(): void {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
  afterEach(async () => {
    for (const client of clients.splice(0)) void client.close();
    await pass(0);
    jest.useRealTimers();
  });
}

export const contents = (state: { messages: ChatMessage[] }): (string | null)[] =>
  state.messages.map(({ content }) => content);

const message = ({ id, seq, content, deleted_at, hidden, reactions, sender_id, status, edited_at }: ChatMessage) => {
  if (hidden) return { id, seq, hidden };
  const reacted = reactions.map(({ key, count, user_ids }) => `${key} ${count} ${user_ids.toSorted().join(' ')}`);
  return { id, seq, content, deleted_at, edited_at, sender_id, status, reactions: reacted.toSorted() };
};

function room(isOpen: boolean, { room: of, me, messages, has_newer, receipts, unread, members }: RoomState): object {
  const { name, status, first_seq, last_seq, member_count, last_message_at } = of!;
  return {
    room: [name, status, first_seq, last_seq, member_count, last_message_at, unread, has_newer],
    me: me && { role: me.role, last_read_seq: me.last_read_seq },
    messages: messages.filter(({ status: of }) => of !== 'failed').map(message),
    receipts: [...receipts].map(([user, { read_seq }]) => `${user} ${read_seq}`).toSorted(),
    // A room that nobody shows has a few of them at most.
    members: isOpen && members.map(({ user_id, role }) => `${user_id} ${role}`).toSorted(),
  };
}

/** All that a client shows and that does not depend on when it came. */
export function shown(client: ChatClient): Told {
  return {
    rooms: client.rooms.get().map(({ room: { id }, unread, last_message }) => ({
      id,
      unread,
      last: last_message && message(last_message),
      state: room(client.room(id).isOpen, client.room(id).state.get()),
    })),
    unread: client.unread.get(),
    invites: client.invites
      .get()
      .map(({ id }) => id)
      .toSorted(),
    me: client.me.get()?.user_id,
  };
}

export { FakeService };

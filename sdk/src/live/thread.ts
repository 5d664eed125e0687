import { ChatError } from '../errors.js';
import { pending } from './outbox.js';
import { change, put, shown, trimmed, type HistoryPage, type Kept, type Viewer } from './reduce.js';
import type { ChatRoom, RoomHost } from './room.js';
import { Derived } from './store.js';
import type {
  ChatMessage,
  Envelope,
  Message,
  OutgoingBody,
  OutgoingMessage,
  ThreadState,
  ThreadStanding,
  Told,
} from './types.js';

const PAGE = 50;

/** The replies to a message. They are messages of the room as well; here they stand alone. */
export class ChatThread {
  /** What is to be shown, newest last. */
  readonly state: Derived<ThreadState> = new Derived(() => this.shown());
  private parent: ChatMessage | null = null;
  private messages: ChatMessage[] = [];
  private has_older = false;
  private loading = false;
  private standing: ThreadStanding | null = null;
  private error: ChatError | undefined;

  /** @internal */
  constructor(
    /** The message that the thread is about. */
    readonly id: string,
    private readonly room: ChatRoom,
    private readonly host: RoomHost,
    private readonly closed: () => void,
  ) {
    void this.load();
  }

  /** Replies in this thread: at once in the state, and sent as the room's messages are. */
  send(body: Omit<OutgoingBody, 'thread_id'>): OutgoingMessage {
    return this.room.send({ ...body, thread_id: this.id });
  }

  /**
   * Loads the page before what is shown.
   * @returns whether there is more before that
   */
  async loadOlder(): Promise<boolean> {
    const [first] = this.messages;
    if (first && this.has_older) await this.take({ before_seq: first.seq });
    return this.has_older;
  }

  /** Has read up to this place, or all there is. */
  async markRead(seq?: number): Promise<void> {
    this.stands(await this.call('POST', '/thread/read', { body: seq === undefined ? {} : { seq } }));
  }

  /** Follows it from now on, or no more. */
  async follow(on = true): Promise<void> {
    const standing = await this.call(on ? 'PUT' : 'DELETE', '/subscription');
    if (standing) this.stands(standing);
    else if (this.standing) this.stands({ ...this.standing, subscribed: false });
  }

  /** Nothing more is followed; {@link ChatRoom.thread} begins it anew. */
  close(): void {
    this.closed();
  }

  /** @internal The newest page, the message it is about, and how the user stands to it. */
  async load(): Promise<void> {
    this.loading = true;
    this.error = undefined;
    this.state.changed();
    try {
      await this.host.ready();
      this.messages = [];
      const [parent, standing] = await Promise.all([
        this.room.message(this.id) ?? this.call('GET', ''),
        this.call('GET', '/subscription').catch(() => null),
        this.take({}),
      ]);
      this.parent = shown(parent, this.host.engine.viewer);
      this.standing = standing;
    } catch (error) {
      this.error = error instanceof ChatError ? error : undefined;
    } finally {
      this.loading = false;
      this.state.changed();
    }
  }

  /** @internal */
  apply(event: Envelope, viewer: Viewer): void {
    const { type, data } = event;
    if (type === 'room.truncated') this.messages = this.messages.filter(({ seq }) => seq >= data.before_seq);
    else if (type === 'message.created' && data.thread_id === this.id) {
      this.messages = put(
        this.messages,
        shown(
          data,
          viewer,
          this.messages.find(({ id }) => id === data.id),
        ),
      );
      this.bound();
    } else {
      this.messages = change(this.messages, event, viewer);
      if (this.parent) [this.parent] = change([this.parent], event, viewer) as [ChatMessage];
    }
    this.state.changed();
  }

  /** @internal */
  stands(standing: ThreadStanding): void {
    this.standing = standing;
    this.state.changed();
  }

  /** @internal */
  rehide(again: (message: ChatMessage) => ChatMessage): void {
    this.messages = this.messages.map(again);
    this.state.changed();
  }

  private take(query: { before_seq?: number }): Promise<void> {
    const { viewer } = this.host.engine;
    return this.room.during(
      () => this.call('GET', '/replies', { query: { limit: PAGE, ...query } }) as Promise<HistoryPage>,
      ({ data, page }, since) => {
        // Another page took its place meanwhile.
        if (query.before_seq !== undefined && this.messages[0]?.seq !== query.before_seq) return;
        for (const told of data) {
          const have = this.messages.find(({ id }) => id === told.id);
          if (!have || have.rev <= told.rev) this.messages = put(this.messages, shown(told as Message, viewer));
        }
        this.has_older = page.has_more_before;
        for (const event of since) this.messages = change(this.messages, event, viewer);
        this.bound();
        this.state.changed();
      },
    );
  }

  private bound(): void {
    const { messages, has_older } = trimmed(
      { messages: this.messages, has_older: this.has_older } as Kept,
      this.host.engine.viewer.window * 4,
      'older',
    );
    Object.assign(this, { messages, has_older });
  }

  private call(method: string, path: string, init: Told = {}): Promise<Told> {
    return this.room.call(method, `/messages/{id}${path}`, { path: { id: this.id }, ...init });
  }

  private shown(): ThreadState {
    const { parent, messages, has_older, loading, standing, error, id, room, host } = this;
    const me = host.me();
    const out = host.outbox.of(room.id).filter(({ thread_id }) => thread_id === id);
    return {
      // The room counts its replies.
      parent: room.message(id) ?? parent,
      messages: [...messages, ...out.map((entry) => pending(entry, me))],
      has_older,
      loading,
      standing,
      ...(error && { error }),
    };
  }
}

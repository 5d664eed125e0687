import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { check } from './print.js';

export interface ReaderPosition {
  epoch: string;
  rev: number;
}

/** An event of a room's or user's stream. */
export interface ReceivedEvent {
  id: string;
  type: string;
  stream: string;
  room_id: string | null;
  epoch?: string;
  rev?: number;
  seq?: number;
  data: Record<string, unknown>;
}

interface Ready {
  rooms: ({ room_id: string } & ReaderPosition)[];
}

type Ack<T> = { ok: true; data: T } | { ok: false; error: { code: string; detail: string } };

interface Resumed {
  rooms: ({ room_id: string } & ({ recovered: true; events: ReceivedEvent[]; rev: number } | { recovered: false }))[];
}

/**
 * An app that follows one room as docs/realtime.md says: it keeps its place in the room's stream, applies an event only
 * when it is the next, and after an absence asks for what it missed. It throws when an event comes twice or is missing.
 */
export class Reader {
  /** Messages in the order in which they were applied. */
  readonly messages: { seq: number; sender: string; content: string }[] = [];
  readonly notifications: ReceivedEvent[] = [];
  private position: ReaderPosition | undefined;
  private socket: Socket | undefined;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly url: string,
    private readonly apiKey: string,
    private readonly roomId: string,
  ) {}

  /** Resolves when the server has said where the streams stand. */
  async connect(): Promise<void> {
    const socket = io(this.url, {
      path: '/sockets',
      transports: ['websocket'],
      auth: { api_key: this.apiKey },
      reconnection: false,
    });
    this.socket = socket;
    socket.onAny((_type: string, envelope: ReceivedEvent) => this.receive(envelope));
    const ready = await new Promise<Ready>((resolve, reject) => {
      socket.once('session.ready', resolve);
      socket.once('connect_error', reject);
    });
    const place = ready.rooms.find(({ room_id }) => room_id === this.roomId);
    check(place !== undefined, 'session.ready does not list the room');
    this.position ??= { epoch: place.epoch, rev: place.rev };
  }

  /** As when a phone loses its network: the server is not told first. */
  drop(): void {
    this.socket?.io.engine.close();
    this.socket = undefined;
  }

  close(): void {
    this.socket?.disconnect();
    this.socket = undefined;
  }

  send(content: string, clientMsgId: string): Promise<Record<string, unknown>> {
    return this.ask('message.send', { room_id: this.roomId, content, client_msg_id: clientMsgId });
  }

  /** Acknowledges a notification's delivery: it becomes `delivered`. */
  async acknowledge(deliveryId: string): Promise<void> {
    await this.ask('notification.ack', { id: deliveryId });
  }

  /** Asks for what was missed and applies it. @returns the events, which the server vouches to be all */
  async resume(): Promise<ReceivedEvent[]> {
    const answer = await this.ask<Resumed>('sync.resume', { rooms: [{ room_id: this.roomId, ...this.position }] });
    const room = answer.rooms.find(({ room_id }) => room_id === this.roomId);
    check(room?.recovered === true, 'sync.resume did not recover the room');
    const before = this.position!.rev;
    for (const event of room.events) this.apply(event);
    check(this.position!.rev === room.rev, `the room stands at rev ${room.rev}, the app at ${this.position!.rev}`);
    return room.events.filter(({ rev }) => rev! > before);
  }

  /** Resolves as soon as `look` is true, asked after each event. */
  async until(what: string, look: () => boolean, ms = 10_000): Promise<void> {
    const deadline = Date.now() + ms;
    while (!look()) {
      check(Date.now() < deadline, `${what} did not come within ${ms / 1000} s`);
      await Promise.race([new Promise<void>((resolve) => this.waiting.push(resolve)), sleep(100)]);
    }
  }

  private receive(envelope: ReceivedEvent): void {
    if (envelope.type === 'notification.created') this.notifications.push(envelope);
    if (envelope.stream === `room:${this.roomId}` && envelope.rev !== undefined && this.position) {
      // Past a gap nothing is applied: the resume that closes it brings this event too.
      if (envelope.rev <= this.position.rev + 1) this.apply(envelope);
    }
    for (const wake of this.waiting.splice(0)) wake();
  }

  private apply(event: ReceivedEvent): void {
    const { position } = this;
    check(position !== undefined && event.epoch === position.epoch, `the epoch changed to ${event.epoch}`);
    // Known already: an event may be in the answer of a resume and come by the socket, too.
    if (event.rev! <= position.rev) return;
    check(event.rev === position.rev + 1, `rev ${event.rev} came after rev ${position.rev}`);
    position.rev = event.rev;
    if (event.type !== 'message.created') return;
    const { seq, sender_id, content } = event.data as { seq: number; sender_id: string; content: string };
    this.messages.push({ seq, sender: sender_id, content });
  }

  private async ask<T = Record<string, unknown>>(event: string, body: object): Promise<T> {
    const ack = (await this.socket!.timeout(10_000).emitWithAck(event, body)) as Ack<T>;
    if (!ack.ok) throw new Error(`${event} was refused: ${ack.error.code}: ${ack.error.detail}`);
    return ack.data;
  }
}

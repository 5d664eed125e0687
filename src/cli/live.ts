import type { ResumeAnswerDto, StreamRecoveryDto } from '../messaging/sync/sync.dto.js';
import type { SessionReadyDto } from '../edge/gateway/session.dto.js';
import type { Envelope } from '../platform/realtime/envelope.js';
import type { Connection } from './connection.js';
import { Positions, type Position } from './positions.js';

export type LiveEvent = Envelope<Record<string, unknown>>;

/** Who is told. */
export interface Listener {
  event(event: LiveEvent): void;
  /** Much was missed, more than a resume tells: from there to here. */
  gap(stream: string, from: Position, to: Position): void;
}

/** What fills a gap may be on its way. */
const PATIENCE_MS = 300;
const RESUME_ROOMS = 200;

/**
 * Everything that happens in a user's rooms and on the user's own stream, or in one room: each durable event once and in the
 * order of its stream, however often the connection breaks.
 */
export class Live {
  private readonly positions = new Positions();
  /** What came before what it follows. */
  private readonly early = new Map<string, LiveEvent[]>();
  private userStream: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private resuming: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly listener: Listener,
    /** Only this room. */
    private readonly room?: string,
  ) {
    const { socket } = connection;
    socket.on('session.ready', (ready: SessionReadyDto) => this.ready(ready));
    socket.onAny((_name: string, body: unknown) => {
      if (isEnvelope(body)) this.hear(body);
    });
  }

  close(): void {
    clearTimeout(this.timer);
  }

  /** Of each connection. What is held already is caught up with; what is new begins here. */
  private ready({ user_id, user, rooms }: SessionReadyDto): void {
    if (this.room !== undefined) {
      this.subscribe(this.room).catch(this.connection.fail);
      return;
    }
    this.userStream = user_id === null ? undefined : `user:${user_id}`;
    if (this.userStream !== undefined && user && !this.positions.get(this.userStream))
      this.positions.set(this.userStream, user);
    for (const { room_id, ...head } of rooms) {
      if (!this.positions.get(`room:${room_id}`)) this.positions.set(`room:${room_id}`, head);
    }
    this.resumeSoon(0);
  }

  private async subscribe(room_id: string): Promise<void> {
    const head = await this.connection.ask<Position>('room.subscribe', { room_id });
    if (!this.positions.get(`room:${room_id}`)) this.positions.set(`room:${room_id}`, head);
    else this.resumeSoon(0);
  }

  private hear(event: LiveEvent): void {
    const { stream, epoch, rev, type } = event;
    if (this.room !== undefined && stream !== `room:${this.room}`) return;
    if (type === 'sync.heads') return this.compare(event.data);
    if (epoch === undefined || rev === undefined) return this.listener.event(event);
    const verdict = this.positions.take(stream, { epoch, rev });
    if (verdict === 'next') {
      this.show(event);
      this.release(stream);
    } else if (verdict === 'gap') {
      this.early.set(stream, [...(this.early.get(stream) ?? []), event]);
      this.resumeSoon(PATIENCE_MS);
    }
  }

  private show(event: LiveEvent): void {
    const { type, data } = event;
    if (type === 'room.added') {
      const { room, epoch, rev } = data as unknown as { room: { id: string } } & Position;
      if (!this.positions.get(`room:${room.id}`)) this.positions.set(`room:${room.id}`, { epoch, rev });
    }
    if (type === 'room.removed') this.positions.drop(`room:${String(data.room_id)}`);
    this.listener.event(event);
  }

  /** What came early and follows now. */
  private release(stream: string): void {
    const waiting = this.early.get(stream);
    if (!waiting) return;
    this.early.delete(stream);
    for (const event of waiting.toSorted((a, b) => a.rev! - b.rev!)) this.hear(event);
  }

  private compare({ rooms = [], user }: { rooms?: (Position & { room_id: string })[]; user?: Position }): void {
    const behind =
      rooms.some(({ room_id, ...head }) => this.positions.isBehind(`room:${room_id}`, head)) ||
      (user && this.userStream !== undefined && this.positions.isBehind(this.userStream, user));
    if (behind) this.resumeSoon(PATIENCE_MS);
  }

  private resumeSoon(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.resuming = (this.resuming ?? Promise.resolve()).then(() => this.resume()).catch(this.connection.fail);
    }, ms);
  }

  private async resume(): Promise<void> {
    const rooms = [...this.positions.of('room:')].map(([room_id, { epoch, rev }]) => ({ room_id, epoch, rev }));
    const user = this.userStream === undefined ? undefined : this.positions.get(this.userStream);
    await this.ask(user, rooms.slice(0, RESUME_ROOMS));
    for (let at = RESUME_ROOMS; at < rooms.length; at += RESUME_ROOMS)
      await this.ask(undefined, rooms.slice(at, at + RESUME_ROOMS));
  }

  /** An answer that was too long leaves streams out: those are asked for again. */
  private async ask(user: Position | undefined, rooms: (Position & { room_id: string })[]): Promise<void> {
    let left = rooms;
    let own = user;
    while (left.length > 0 || own !== undefined) {
      const answer = await this.connection.ask<ResumeAnswerDto>('sync.resume', { user: own, rooms: left });
      if (answer.user && this.userStream !== undefined) this.recover(this.userStream, answer.user);
      for (const room of answer.rooms) this.recover(`room:${room.room_id}`, room);
      if (!answer.more) return;
      const told = new Set(answer.rooms.map(({ room_id }) => room_id));
      const before = left.length;
      left = left.filter(({ room_id }) => !told.has(room_id));
      if (left.length === before && !answer.user) return;
      if (answer.user) own = undefined;
    }
  }

  private recover(stream: string, { recovered, epoch, rev, events = [] }: StreamRecoveryDto): void {
    if (recovered) {
      for (const event of events) this.hear(event as LiveEvent);
    } else {
      const from = this.positions.get(stream);
      this.positions.set(stream, { epoch, rev });
      this.listener.gap(stream, from ?? { epoch, rev }, { epoch, rev });
    }
    this.release(stream);
  }
}

const isEnvelope = (body: unknown): body is LiveEvent =>
  typeof body === 'object' && body !== null && 'stream' in body && 'type' in body && 'data' in body;

import type { Requester } from './app.js';
import { ok } from './chat.js';
import type { TestSocket } from './socket.js';
import { until } from './until.js';

interface Position {
  epoch: string;
  rev: number;
}

interface Event {
  type: string;
  stream: string;
  room_id: string | null;
  epoch?: string;
  rev?: number;
  data: any;
}

interface RoomState extends Position {
  name: string | null;
  status: string;
  /** By seq: what is said, or that it is deleted, hidden. */
  messages: Map<number, string>;
  /** By id, of what is shown: how many reacted with what. */
  reactions: Map<string, Map<string, number>>;
  seqs: Map<string, number>;
  /** What comes of earlier places is dropped: the room was truncated. */
  first: number;
  roles: Map<string, string>;
  me: { last_read_seq: number; unread: number; mentions: number } | null;
}

/**
 * What an app keeps of a user's rooms, by the rules of docs/realtime.md and nothing else: it applies what follows its
 * positions, resumes on a gap, and reads over REST what could not be recovered.
 */
export class Replica {
  readonly rooms = new Map<string, RoomState>();
  private user: Position = { epoch: 'none', rev: 0 };
  private readonly hidden = new Set<string>();
  private behind = false;
  private catching: Promise<void> = Promise.resolve();
  private socket: TestSocket | undefined;

  constructor(private readonly request: Requester) {}

  /** Begins with what REST tells. */
  async begin(): Promise<void> {
    const answer = await this.sync();
    await this.takeUser(answer.user);
  }

  /** Follows a socket from now on; what was missed until now is resumed. */
  async attach(socket: TestSocket): Promise<void> {
    this.socket = socket;
    socket.socket.onAny((_name: string, event: Event) => {
      if (this.socket === socket && typeof event?.stream === 'string') this.hear(event);
    });
    await this.catchUp();
  }

  detach(): void {
    this.socket?.socket.disconnect();
    this.socket = undefined;
  }

  /** Until nothing is missing: over the socket, or without one over REST. */
  async catchUp(): Promise<void> {
    this.behind = true;
    this.catching = this.catching.then(async () => {
      while (this.behind) {
        this.behind = false;
        await this.resumeAll();
      }
    });
    await this.catching;
  }

  /** Waits for everything that a position elsewhere says there is. */
  async settle(): Promise<void> {
    await until('the replica to settle', async () => {
      await this.catchUp();
      const answer = await this.sync();
      return [answer.user, ...answer.rooms].every(({ recovered, events }: any) => recovered && events.length === 0);
    });
  }

  /** What it knows, to be compared. */
  state(): object {
    return Object.fromEntries(
      [...this.rooms]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, { name, status, rev, first, messages, reactions, seqs, roles, me }]) => [
          id,
          {
            name,
            status,
            rev,
            first,
            messages: [...messages].toSorted(([a], [b]) => a - b),
            reactions: [...reactions]
              .filter(([message]) => messages.get(seqs.get(message)!)?.startsWith('says'))
              .map(([message, counts]) => [message, [...counts].filter(([, count]) => count > 0).toSorted()])
              .filter(([, counts]) => counts!.length > 0)
              .toSorted(),
            roles: [...roles].toSorted(),
            me,
          },
        ]),
    );
  }

  private hear(event: Event): void {
    if (event.type === 'sync.heads') {
      const { rooms, user } = event.data;
      const missed = rooms.some(({ room_id, rev }: any) => (this.rooms.get(room_id)?.rev ?? rev) < rev);
      if (missed || (user && user.rev > this.user.rev)) void this.catchUp();
      return;
    }
    if (event.rev === undefined || this.behind) return;
    const at = event.stream.startsWith('user:') ? this.user : this.rooms.get(event.room_id!);
    if (!at || event.rev <= at.rev) return;
    // A room gained or lost is read apart; so is what does not follow.
    if (event.rev > at.rev + 1 || event.epoch !== at.epoch || at === this.user) void this.catchUp();
    else this.apply(at as RoomState, event);
  }

  private async resumeAll(): Promise<void> {
    for (let more = true; more;) {
      const answer = await this.sync();
      await this.takeUser(answer.user);
      for (const part of answer.rooms) await this.takeRoom(part);
      more = answer.more;
    }
  }

  /** Over the socket while there is one, else over REST. */
  private async sync(): Promise<any> {
    const rooms = [...this.rooms].map(([room_id, { epoch, rev }]) => ({ room_id, epoch, rev }));
    const body = { user: this.user, rooms };
    if (this.socket?.socket.connected) {
      const ack = await this.socket.ask('sync.resume', body).catch(() => null);
      if (ack?.ok) return ack.data;
    }
    return ok(await this.request('POST', '/sync', { body }));
  }

  private async takeUser({ recovered, epoch, rev, events }: any): Promise<void> {
    this.user = { epoch, rev };
    if (!recovered) {
      const mine = new Set<string>(ok(await this.request('GET', '/rooms?limit=100')).data.map(({ id }: any) => id));
      for (const id of this.rooms.keys()) if (!mine.has(id)) this.rooms.delete(id);
      for (const id of mine) if (!this.rooms.has(id)) await this.read(id);
      return;
    }
    for (const { type, data } of events as Event[]) {
      if (type === 'room.removed') this.rooms.delete(data.room_id);
      else if (type === 'room.added') await this.read(data.room.id);
      else if (type === 'message.hidden') {
        const room = this.rooms.get(data.room_id);
        const answer = await this.request('GET', `/rooms/${data.room_id}/messages/${data.message_id}`);
        this.hidden.add(data.message_id);
        if (room && answer.status === 200) this.take(room, answer.body);
      }
    }
  }

  private async takeRoom({ room_id, recovered, rev, epoch, events, me }: any): Promise<void> {
    const room = this.rooms.get(room_id);
    if (!room) return;
    if (!recovered) return this.read(room_id);
    for (const event of events as Event[]) {
      if (event.rev! <= room.rev) continue;
      if (event.rev !== room.rev + 1) throw new Error(`rev ${event.rev} follows ${room.rev} in an answer of a resume`);
      this.apply(room, event);
    }
    if (room.rev < rev)
      throw new Error(`an answer of a resume ends at rev ${room.rev}, not at the ${rev} that it tells`);
    Object.assign(room, { epoch, me: markersOf(me) });
  }

  /** Everything of a room; what changes while it is read comes after the position that was read first. */
  private async read(id: string): Promise<void> {
    const { status, body } = await this.request('GET', `/rooms/${id}`);
    if (status === 404) return void this.rooms.delete(id);
    const { epoch, last_rev: rev, name, me } = body;
    const room: RoomState = {
      epoch,
      rev,
      name,
      status: body.status,
      messages: new Map(),
      reactions: new Map(),
      seqs: new Map(),
      first: body.first_seq,
      roles: new Map(),
      me: markersOf(me),
    };
    for (let after = 0, more = true; more;) {
      const answer = await this.request('GET', `/rooms/${id}/messages?after_seq=${after}&limit=100`);
      if (answer.status === 404) return void this.rooms.delete(id);
      for (const message of answer.body.data) {
        this.take(room, message);
        after = message.seq;
      }
      more = answer.body.page.has_more_after;
    }
    const members = await this.request('GET', `/rooms/${id}/members?limit=100`);
    if (members.status === 404) return void this.rooms.delete(id);
    for (const { user_id, role } of members.body.data) room.roles.set(user_id, role);
    this.rooms.set(id, room);
    // What was heard of it meanwhile went to what it replaces: it is resumed.
    this.behind = true;
  }

  private apply(room: RoomState, { type, rev, data }: Event): void {
    room.rev = rev!;
    if (type.startsWith('message.')) this.take(room, data);
    else if (type.startsWith('reaction.')) {
      const counts = room.reactions.get(data.message_id) ?? new Map<string, number>();
      room.reactions.set(data.message_id, counts.set(data.key, data.count));
    } else if (type === 'member.left') room.roles.delete(data.user_id);
    else if (type.startsWith('member.')) room.roles.set(data.user_id, data.role);
    else if (type === 'room.truncated') truncate(room, data.before_seq);
    else if (type.startsWith('room.')) Object.assign(room, { name: data.name, status: data.status });
  }

  private take(room: RoomState, message: any): void {
    // The room's events tell everybody the same: what the user hid stays hidden.
    if (message.hidden) this.hidden.add(message.id);
    if (message.seq < room.first) return;
    room.messages.set(message.seq, this.hidden.has(message.id) ? 'hidden' : said(message));
    room.seqs.set(message.id, message.seq);
    if (message.reactions) {
      room.reactions.set(message.id, new Map(message.reactions.map(({ key, count }: any) => [key, count])));
    }
  }
}

function truncate(room: RoomState, before: number): void {
  room.first = Math.max(room.first, before);
  for (const seq of room.messages.keys()) if (seq < before) room.messages.delete(seq);
}

const said = ({ deleted_at, content }: any): string => (deleted_at ? 'deleted' : `says ${content}`);

const markersOf = (me: any) => me && { last_read_seq: me.last_read_seq, unread: me.unread, mentions: me.mentions };

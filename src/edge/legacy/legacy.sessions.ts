import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Problem } from '../../platform/common/problem.js';
import { logger } from '../../platform/common/logger.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import type { Packet } from '../../platform/realtime/packet.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { PresenceService } from '../../messaging/presence/presence.service.js';
import { ConnectionStarts } from '../../tenancy/access/connection-starts.js';
import type { Dialect, Speaker, Wording } from '../gateway/dialect.js';
import { sessionOf } from '../gateway/session.js';
import { envelopeIn, isSaid, saidOf, typeOf } from './down.words.js';
import { FIRST_VERSION } from './legacy.settings.js';
import { UpWords } from './up.words.js';
import { isPlain, type Plain } from './words.js';

/** What nodes tell each other of who opens a room. */
const ENTERED = 'first_version.entered';
/** After these, there may be more people to hear of. */
const NEW_PEOPLE = ['member.joined', 'room.added'];
const LOOK_AGAIN_MS = 1_000;
const LOOK_AT_ONCE = 5;

/**
 * Connections of clients with `settings.first_version`, as it is when they begin: they say and hear the first version's events
 * beside ours. As long as there is none here, nobody listens in on what is told.
 */
@Injectable()
export class LegacySessions implements Dialect, OnModuleDestroy {
  private readonly sessions = new Map<string, Speaker>();
  /** Whose people are to be looked up again. */
  private readonly meetingPeople = new Set<Speaker>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly words: UpWords,
    private readonly presence: PresenceService,
    starts: ConnectionStarts,
    ends: ConnectionEnds,
  ) {
    starts.register((connection, caller) => {
      if (FIRST_VERSION.of(caller.settings)) this.add(sessionOf(connection));
    });
    ends.register(({ id }) => this.remove(id));
    publisher.onNews(ENTERED, (body) => this.tellEntered(body as Plain));
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  wordingOf(name: unknown): Wording | undefined {
    const wording = this.words.find(name);
    if (name === 'ping') return { ...wording!, answer: (session, data) => this.pong(session, data) };
    if (name === 'join_room') return { ...wording!, answer: (session, data) => this.entered(session, data) };
    return wording;
  }

  told(session: Speaker, event: string, body: object): void {
    if (event === 'session.ready') this.welcome(session);
    else for (const { name, body: said } of saidOf(event, body)) this.publisher.tellInWords(session, name, said);
  }

  done(session: Speaker, reply: string | undefined, data: unknown): void {
    if (reply !== undefined) this.publisher.tellInWords(session, reply, data as object);
  }

  failed(session: Speaker, { code, message }: Problem): void {
    this.publisher.tellInWords(session, 'error', { message, code });
  }

  private add(session: Speaker & { dialect: Dialect | null }): void {
    session.dialect = this;
    if (this.sessions.size === 0) this.publisher.overhear((packets) => this.hear(packets));
    this.sessions.set(session.id, session);
  }

  private remove(id: string): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.meetingPeople.delete(session);
    this.sessions.delete(id);
    if (this.sessions.size === 0) this.publisher.overhear(undefined);
  }

  private welcome(session: Speaker): void {
    const { user, clientId } = session.caller;
    this.publisher.tellInWords(session, 'connected', { user_id: user?.user_id ?? null, client_id: clientId });
    void this.meetPeople(session);
  }

  /** What everybody hears, whatever it is told by: said once, to those who speak so. */
  private hear(packets: readonly Packet[]): void {
    for (const packet of packets) {
      const type = typeOf(packet.text);
      const meetsPeople = NEW_PEOPLE.includes(type);
      if (!meetsPeople && !isSaid(type)) continue;
      const listening = this.listeningTo(packet.channels, packet.except);
      if (listening.size === 0) continue;
      if (meetsPeople) for (const session of listening) this.lookAgain(session);
      for (const { name, body } of saidOf(type, envelopeIn(packet.text))) {
        for (const session of listening) this.publisher.tellInWords(session, name, body);
      }
    }
  }

  private listeningTo(to: readonly string[], except: readonly string[] = []): Set<Speaker> {
    const found = new Set<Speaker>();
    for (const channel of to) {
      for (const id of this.publisher.listeners.on(channel) ?? []) {
        const session = this.sessions.get(id);
        if (session && !except.some((one) => session.listensTo(one))) found.add(session);
      }
    }
    return found;
  }

  private pong(session: Speaker, data: unknown): unknown {
    this.publisher.tellInWords(session, 'pong', {});
    return data;
  }

  /** There, who opened a room was told to those who had it open. */
  private entered(session: Speaker, data: unknown): unknown {
    const { user } = session.caller;
    if (!user || !isPlain(data)) return data;
    const { user_id, display_name } = user;
    const body = { room_id: data.room_id, user_id, display_name };
    this.tellEntered(body, session);
    this.publisher.tellNodes(ENTERED, channels.room(String(data.room_id)), body);
    return data;
  }

  private tellEntered(body: Plain, besides?: Speaker): void {
    for (const session of this.listeningTo([channels.room(String(body.room_id))])) {
      if (session !== besides) this.publisher.tellInWords(session, 'user_joined_room', body);
    }
  }

  private lookAgain(session: Speaker): void {
    this.meetingPeople.add(session);
    this.timer ??= setTimeout(() => void this.lookAll(), LOOK_AGAIN_MS).unref();
  }

  /** Of a large room all are to look: a few at a time. */
  private async lookAll(): Promise<void> {
    const sessions = [...this.meetingPeople];
    this.meetingPeople.clear();
    for (let at = 0; at < sessions.length; at += LOOK_AT_ONCE) {
      await Promise.all(sessions.slice(at, at + LOOK_AT_ONCE).map((session) => this.meetPeople(session)));
    }
    this.timer = undefined;
    if (this.meetingPeople.size > 0) this.timer = setTimeout(() => void this.lookAll(), LOOK_AGAIN_MS).unref();
  }

  /** Who comes and goes of the people in the user's rooms is told without being asked for. Never rejects. */
  private async meetPeople(session: Speaker): Promise<void> {
    if (!session.caller.user || !session.isOpen) return;
    try {
      await this.presence.subscribeToNeighbours(session.caller, session);
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'Whose presence a connection hears of could not be read.');
    }
  }
}

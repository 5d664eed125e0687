import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { isUuid, type UserId, type UserPk } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import type { Connection } from '../../platform/realtime/connection.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { requirePermission, RoomAccess } from '../rooms/room-access.js';
import type { RoomRow } from '../rooms/room.row.js';
import { NAMED_TYPISTS } from './typing.dto.js';
import { typingUpdated } from './typing.events.js';
import { TypingRepository } from './typing.repository.js';
import { nodeSource, typesHere, Typists, type Ended, type Typist } from './typists.js';

/** Who is not said again to type does so no longer. */
const TYPING_MS = 8_000;
/** Other nodes are told again at most so often, and believe it for as much longer. */
const TOLD_AGAIN_MS = 2_000;
const BELIEVED_MS = TYPING_MS + TOLD_AGAIN_MS + 1_000;
const LOOK_EVERY_MS = 500;
/** A room hears of its typists at most so often. */
const FOLD_MS = 500;
/** In larger rooms nobody is told. */
const MAX_MEMBERS = 100;

/** What a typist types with: a connection, or a key over REST. */
type Source = Pick<Connection, 'id' | 'isOpen'>;

/** What a room was told last. */
interface Told {
  names: string;
  at: number;
  later: NodeJS.Timeout | undefined;
}

/** Of what nodes tell those with sockets in the room. */
const NEWS = 'typing';

type News = [roomId: string, clientId: string, userPk: UserPk, userId: UserId, types: boolean];

/**
 * Who types where: in memory, by each node for its own sockets. Nodes tell those that hear the room when somebody begins,
 * goes on or stops, and believe it for a few seconds only, so that the typists of a node that was killed end by themselves.
 */
@Injectable()
export class TypingService implements OnModuleInit, OnModuleDestroy {
  private readonly typists = new Typists();
  private readonly told = new Map<string, Told>();
  /** What each source said last of a room, until that is done. */
  private readonly turns = new Map<string, Promise<unknown>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly access: RoomAccess,
    private readonly repository: TypingRepository,
    private readonly publisher: RealtimePublisher,
    private readonly ends: ConnectionEnds,
  ) {}

  onModuleInit(): void {
    this.ends.register(({ id }) => this.ended(this.typists.stopAll(id)));
    this.publisher.onNews(NEWS, (body, from) => this.hear(body as News, from));
    this.timer = setInterval(() => this.look(performance.now()), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    for (const { later } of this.told.values()) clearTimeout(later);
  }

  /**
   * Nothing is told of who types what nobody will read; it is refused nothing either, for it may not know.
   * @throws Problem `not_found`, `forbidden` for who acts for no user, `insufficient_role`, `room_frozen` as a send would
   */
  async type(caller: Caller, roomId: string, types: boolean, source: Source): Promise<void> {
    const key = `${source.id} ${roomId}`;
    const typed = this.typed(caller, roomId, types, source, this.turns.get(key));
    const turn = typed.catch(() => {});
    this.turns.set(key, turn);
    void turn.then(() => this.turns.get(key) === turn && this.turns.delete(key));
    return typed;
  }

  /** @param before what the source said before this: a stop never overtakes the start before it */
  private async typed(
    caller: Caller,
    roomId: string,
    types: boolean,
    source: Source,
    before: Promise<unknown> | undefined,
  ): Promise<void> {
    const { user, clientId } = caller;
    const [room, unheard] = await Promise.all([
      this.access.get(caller, roomId),
      user && types && isUuid(roomId) ? this.repository.isUnheard(clientId, user.user_pk, roomId) : false,
      before,
    ]);
    if (!user) throw new Problem('forbidden', 'Only a user types: name one in X-User-Id.');
    // Who stops may always.
    if (types) requireWriting(caller, room);
    if (room.member_count > MAX_MEMBERS || !source.isOpen) return;
    if (types && (unheard || takesNothing(room))) return;
    if (types) this.start(room.id, clientId, user, source.id);
    else this.ended([this.typists.stop(room.id, user.user_pk, source.id)].flatMap((one) => one ?? []));
  }

  private start(roomId: string, clientId: string, user: Typist['user'], source: string): void {
    const now = performance.now();
    const typist = this.typists.start(roomId, clientId, user, source, now + TYPING_MS);
    if (now - typist.toldAt > TOLD_AGAIN_MS) {
      typist.toldAt = now;
      this.tellNodes(roomId, clientId, user, true);
    }
    this.changed(roomId, clientId, user);
  }

  private ended(ended: Ended[]): void {
    for (const { roomId, client_id, typist } of ended) {
      if (typist.toldAt > Number.NEGATIVE_INFINITY && !typesHere(typist)) {
        typist.toldAt = Number.NEGATIVE_INFINITY;
        this.tellNodes(roomId, client_id, typist.user, false);
      }
      this.changed(roomId, client_id, typist.user);
    }
  }

  private tellNodes(roomId: string, clientId: string, { user_pk, user_id }: Typist['user'], types: boolean): void {
    const news: News = [roomId, clientId, user_pk, user_id, types];
    this.publisher.tellNodes(NEWS, channels.room(roomId), news);
  }

  private hear([roomId, clientId, user_pk, user_id, types]: News, from: string): void {
    const source = nodeSource(from);
    const user = { user_pk, user_id };
    if (types) this.typists.start(roomId, clientId, user, source, performance.now() + BELIEVED_MS);
    else this.typists.stop(roomId, user_pk, source);
    this.changed(roomId, clientId, user);
  }

  private look(now: number): void {
    if (this.typists.size > 0) this.ended(this.typists.expire(now));
    for (const [roomId, { names, at, later }] of this.told) {
      if (names === '' && !later && now - at > FOLD_MS) this.told.delete(roomId);
    }
  }

  /** Tells this node's readers of the room, now or when the last time is long enough ago. */
  private changed(roomId: string, clientId: string, by: Typist['user']): void {
    let told = this.told.get(roomId);
    if (!told) this.told.set(roomId, (told = { names: '', at: Number.NEGATIVE_INFINITY, later: undefined }));
    if (told.later) return;
    const wait = told.at + FOLD_MS - performance.now();
    if (wait <= 0) this.tell(roomId, clientId, by, told);
    else told.later = setTimeout(() => this.tell(roomId, clientId, by, told), wait).unref();
  }

  private tell(roomId: string, clientId: string, by: Typist['user'], told: Told): void {
    told.later = undefined;
    const user_ids = this.typists.namesIn(roomId, NAMED_TYPISTS);
    const names = user_ids.join('\n');
    if (names === told.names) return;
    told.names = names;
    told.at = performance.now();
    this.publisher.publishHere(typingUpdated, {
      client_id: clientId,
      stream: { type: 'room', id: roomId },
      actor: { id: by.user_id, type: 'user' },
      data: { room_id: roomId, user_ids },
    });
  }
}

/** Who may not write, types nothing that would come. @throws Problem `insufficient_role`, `room_frozen` */
function requireWriting(caller: Caller, { room_type, frozen, my_role }: RoomRow): void {
  requirePermission(caller, room_type, my_role, 'write');
  if (frozen && my_role === 'member') {
    throw new Problem('room_frozen', 'The room is frozen: only its owners and admins may write.');
  }
}

/** Messages are refused there, whoever writes them. */
const takesNothing = ({ status, deactivated_reason }: RoomRow): boolean =>
  status === 'archived' || deactivated_reason === 'manual';

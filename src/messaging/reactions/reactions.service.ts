import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { isUuid } from '../../platform/common/ids.js';
import { decodeCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { newEvent } from '../../engine/events/new-event.js';
import { ChangesService, requireWritable } from '../messages/changes/changes.service.js';
import type { LockedMessage } from '../messages/changes/changes.repository.js';
import type { ReactionSummaryDto } from '../messages/messages.dto.js';
import { MessagesService } from '../messages/messages.service.js';
import { actorOf, rowOf } from '../rooms/room-access.js';
import { KEY_PATTERN, MAX_KEY_CHARS, MAX_KEYS, type ReactionDto, type ReactionsQueryDto } from './reactions.dto.js';
import { reactionAdded, reactionRemoved } from './reactions.events.js';
import { ReactionParts } from './reactions.parts.js';
import { ReactionsRepository, type Standing } from './reactions.repository.js';

/** One reaction that comes or goes, under the room's lock. */
interface Reacting {
  tx: Tx;
  caller: Caller;
  user: UserRef;
  message: LockedMessage;
  key: string;
  standing: Standing;
}

/** What came of it: the event that tells of it, or null when nothing did, or it is for nobody else to see. */
type Told = { event: typeof reactionAdded; count: number } | null;

/** Reactions to messages, the same for REST and sockets. They move the room's rev, not the message's. */
@Injectable()
export class ReactionsService {
  constructor(
    private readonly repository: ReactionsRepository,
    private readonly parts: ReactionParts,
    private readonly messages: MessagesService,
    private readonly changes: ChangesService,
    private readonly idempotency: Idempotency,
    private readonly events: EventsService,
  ) {}

  /**
   * Who reacted with the key already has.
   * @returns the message's reactions afterwards
   * @throws Problem `not_found`, `insufficient_role`, `user_banned`, `user_unavailable` in a direct room with who blocked the user, `room_frozen`, `room_inactive`, `conflict` for a deleted
   *   message and one key too many
   */
  add(request: Request, roomId: string, id: string, key: string): Promise<ReactionSummaryDto[]> {
    return this.react(request, roomId, id, key, async ({ tx, caller: { clientId }, user, message, standing }) => {
      if (standing.reacted) return null;
      if (!standing.known && standing.keys >= MAX_KEYS) {
        throw new Problem('conflict', `A message takes ${MAX_KEYS} different reactions.`);
      }
      const { shadowed } = standing;
      const count = await this.repository.add(tx, clientId, message.id, key, { userPk: user.user_pk, shadowed });
      return shadowed ? null : { event: reactionAdded, count };
    });
  }

  /** What is not there is gone. @returns, and throws, as `add` */
  remove(request: Request, roomId: string, id: string, key: string): Promise<ReactionSummaryDto[]> {
    return this.react(request, roomId, id, key, async ({ tx, caller: { clientId }, user, message }) => {
      const gone = await this.repository.remove(tx, clientId, message.id, key, user.user_pk);
      return gone && !gone.shadowed ? { event: reactionRemoved, count: gone.count } : null;
    });
  }

  /** Who reacted with what, by key. @throws Problem `not_found`, `invalid_cursor` */
  async list(caller: Caller, roomId: string, id: string, query: ReactionsQueryDto): Promise<Page<ReactionDto>> {
    const { limit = 50, key = null } = query;
    const cursor = decodeCursor(query.cursor, 2);
    if (cursor && !(typeof cursor.key[0] === 'string' && isUuid(cursor.key[1]))) {
      throw new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');
    }
    const message = await this.messages.find(caller, roomId, id);
    const rows =
      message.hidden || message.deleted_at
        ? []
        : await this.repository.list(caller.clientId, message.id, caller.user?.user_pk ?? null, { key, limit, cursor });
    return toPage(
      rows,
      limit,
      cursor,
      (row) => [row.key, row.id],
      (row) => ({ key: row.key, user_id: row.user_id, created_at: row.created_at.toISOString() }),
    );
  }

  private async react(
    request: Request,
    roomId: string,
    id: string,
    key: string,
    change: (reacting: Reacting) => Promise<Told>,
  ): Promise<ReactionSummaryDto[]> {
    const { caller } = request;
    const { user, clientId } = caller;
    if (!may(caller, 'send_messages')) throw new Problem('forbidden', 'Reacting needs the permission send_messages.');
    refuseBadKey(key);
    if ((await this.messages.find(caller, roomId, id)).hidden) throw notFound('message');
    if (!user) throw invalidField('X-User-Id', 'is required: users react');
    let events: EventRow[] = [];
    const reactions = await this.idempotency.effect(
      request,
      async (tx) => {
        const { room, message } = await this.changes.lock(tx, caller, roomId, id);
        requireWritable(caller, room);
        if (message.deleted_at) throw new Problem('conflict', 'The message was deleted.');
        const direct_room_id = room.room_type === 'direct' ? room.id : null;
        const standing = await this.repository.standing(
          tx,
          clientId,
          { ...message, direct_room_id },
          key,
          user.user_pk,
        );
        if (standing.banned) throw new Problem('user_banned', 'You are banned.');
        if (standing.blocked) throw new Problem('user_unavailable', 'The user is not available.');
        const reacting = { tx, caller, user, message, key, standing };
        const told = await change(reacting);
        const shown = await this.parts.load(tx, clientId, [message.id], user.user_pk);
        if (told) events = await this.events.append(tx, [eventOf(reacting, told)]);
        return shown.get(message.id)?.reactions ?? [];
      },
      { row: rowOf(roomId) },
    );
    await this.events.publish(events);
    return reactions;
  }
}

function refuseBadKey(key: string): void {
  if (KEY_PATTERN.test(key) && [...key].length <= MAX_KEY_CHARS) return;
  throw invalidField('key', `must have 1 to ${MAX_KEY_CHARS} characters, none of them a control character`);
}

const eventOf = ({ caller, message, key }: Reacting, { event, count }: NonNullable<Told>) =>
  newEvent({
    event,
    client_id: caller.clientId,
    stream: { type: 'room', id: message.room_id },
    subject_id: message.id,
    actor: actorOf(caller),
    data: { room_id: message.room_id, message_id: message.id, key, count },
  });

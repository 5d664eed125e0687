import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import type { Request } from '../../../tenancy/access/request.js';
import { Idempotency } from '../../../tenancy/idempotency/idempotency.js';
import { isUuid } from '../../../platform/common/ids.js';
import { notFound, Problem } from '../../../platform/common/problem.js';
import type { Tx } from '../../../platform/database/database.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { newEvent } from '../../../engine/events/new-event.js';
import type { DurableEvent } from '../../../platform/realtime/event.js';
import { actorOf, mayInRoom, requirePermission, RoomAccess, rowOf } from '../../rooms/room-access.js';
import type { RoomPermission } from '../../rooms/room-permissions.js';
import type { LockedRoom } from '../../rooms/rooms.repository.js';
import { ChangesRepository, type LockedMessage } from './changes.repository.js';
import { MessageAnnouncer } from './message-announcer.js';
import type { SeenMessage } from '../messages.dto.js';
import { MessagesService } from '../messages.service.js';

/** What is being changed, under the room's lock. */
export interface Change {
  tx: Tx;
  caller: Caller;
  room: LockedRoom;
  message: LockedMessage;
  /** Of the event that tells of the change. */
  rev: number;
}

/** What came of it: the event to be told, or null when nothing changed. */
export type MessageChange = DurableEvent<SeenMessage, 'room', true> | null;

/**
 * The one way in which messages that exist are changed so that everybody sees it: under the room's lock, with a rev of the
 * room's stream and one event, in one transaction. Features above that change something of a message go by it as well.
 */
@Injectable()
export class ChangesService {
  constructor(
    private readonly repository: ChangesRepository,
    private readonly access: RoomAccess,
    private readonly idempotency: Idempotency,
    private readonly announcer: MessageAnnouncer,
    private readonly messages: MessagesService,
  ) {}

  /**
   * @param change does it, and says which event tells of it
   * @returns the message as it stands afterwards, as the caller sees it
   * @throws Problem `not_found`, and what `change` throws
   */
  async change(
    request: Request,
    roomId: string,
    id: string,
    change: (change: Change) => Promise<MessageChange>,
  ): Promise<SeenMessage> {
    const { caller } = request;
    let events: EventRow[] = [];
    const message = await this.idempotency.effect(
      request,
      async (tx) => {
        const { room, message: found } = await this.lock(tx, caller, roomId, id);
        const event = await change({ tx, caller, room, message: found, rev: room.last_rev + 1 });
        if (event !== null) events = await this.announcer.append(tx, this.eventOf(caller, room, found, event));
        return this.messages.showChanged(tx, caller, found.id);
      },
      { row: rowOf(roomId) },
    );
    await this.announcer.committed(events);
    return message;
  }

  /**
   * A message with its room, both locked, for what is kept of a message elsewhere and doesn't move its rev.
   * @throws Problem `not_found` for one that is out of the caller's sight
   */
  async lock(
    tx: Tx,
    caller: Caller,
    roomId: string,
    id: string,
  ): Promise<{ room: LockedRoom; message: LockedMessage }> {
    const room = await this.access.lock(tx, caller, roomId);
    return { room, message: await this.find(tx, caller, room, id) };
  }

  /** @throws Problem `user_unavailable` in a direct room with who blocked the caller */
  refuseBlocked({ tx, caller, room }: Pick<Change, 'tx' | 'caller' | 'room'>): Promise<void> {
    return this.access.refuseBlocked(tx, caller, room);
  }

  private async find(tx: Tx, caller: Caller, room: LockedRoom, id: string): Promise<LockedMessage> {
    const found = isUuid(id) ? await this.repository.find(tx, caller.clientId, room.id, id.toLowerCase()) : null;
    if (!found || isOutOfSight(caller, room, found)) throw notFound('message');
    return found;
  }

  private eventOf(caller: Caller, room: LockedRoom, message: LockedMessage, event: NonNullable<MessageChange>) {
    return newEvent({
      event,
      client_id: caller.clientId,
      stream: { type: 'room', id: room.id },
      subject_id: message.id,
      actor: actorOf(caller),
    });
  }
}

function isOutOfSight({ user }: Caller, room: LockedRoom, { seq, shadowed, sender_pk }: LockedMessage): boolean {
  if (!user) return false;
  if (room.history === 'since_join' && seq <= room.actor_joined_seq!) return true;
  return shadowed && sender_pk !== user.user_pk;
}

/** Is it the caller's own? What the client itself sent is its own. */
export const isOwn = ({ user }: Caller, { sender_pk }: LockedMessage): boolean => (user?.user_pk ?? null) === sender_pk;

/**
 * May the caller change what a room says, as one who writes in it?
 * @throws Problem `insufficient_role`, `room_frozen`, `room_inactive`
 */
export function requireWritable(caller: Caller, room: LockedRoom, permission: RoomPermission = 'write'): void {
  requirePermission(caller, room.room_type, room.actor_role, permission);
  if (!caller.user) return;
  if (room.frozen && room.actor_role === 'member') {
    throw new Problem('room_frozen', 'The room is frozen: only its owners and admins may write.');
  }
  if (room.status === 'archived' || room.deactivated_reason === 'manual') {
    throw new Problem('room_inactive', 'The room is deactivated or archived and takes no changes.');
  }
}

/** @throws Problem `insufficient_role` */
export function requireOwnOr(permission: RoomPermission, { caller, room, message }: Change): void {
  if (isOwn(caller, message) || mayInRoom(caller, room.room_type, room.actor_role, permission)) return;
  throw new Problem('insufficient_role', `The message is another's: that takes a role that grants ${permission}.`);
}

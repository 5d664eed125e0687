import { Injectable } from '@nestjs/common';
import { may, refuseBanned, type Caller } from '../../../tenancy/access/caller.js';
import type { Request } from '../../../tenancy/access/request.js';
import { ClientsService } from '../../../tenancy/clients/clients.service.js';
import { Idempotency } from '../../../tenancy/idempotency/idempotency.js';
import { invalidField, Problem } from '../../../platform/common/problem.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { newEvent } from '../../../engine/events/new-event.js';
import { actorOf, requirePermission } from '../../rooms/room-access.js';
import { ChangesService, isOwn, requireOwnOr, type Change } from './changes.service.js';
import { ChangesRepository } from './changes.repository.js';
import { MessageAnnouncer } from './message-announcer.js';
import { UNDELETE_DAYS } from './message.settings.js';
import type { SeenMessage } from '../messages.dto.js';
import { messageDeleted, messageHidden, messageUpdated } from '../messages.events.js';
import { MessagesService } from '../messages.service.js';

/** Deletions of messages: for all, which leaves a tombstone, or for oneself. */
@Injectable()
export class DeletionsService {
  constructor(
    private readonly changes: ChangesService,
    private readonly repository: ChangesRepository,
    private readonly messages: MessagesService,
    private readonly announcer: MessageAnnouncer,
    private readonly idempotency: Idempotency,
    private readonly clients: ClientsService,
  ) {}

  /** What was deleted already stays so. @throws Problem `user_banned`, `forbidden`, `not_found`, `insufficient_role` */
  async delete(request: Request, roomId: string | null, id: string, whom: 'all' | 'me' = 'all'): Promise<void> {
    refuseBanned(request.caller);
    const needed = whom === 'me' ? 'read_messages' : 'send_messages';
    if (!may(request.caller, needed)) {
      throw new Problem('forbidden', `Deleting for ${whom} takes a key with the permission ${needed}.`);
    }
    const found = await this.messages.find(request.caller, roomId, id);
    if (whom === 'me') return this.hide(request, found.room_id, found.id);
    const { settings } = await this.clients.readFacts(request.caller.clientId);
    await this.changes.change(request, found.room_id, found.id, async (change) => {
      requireOwnOr('manage', change);
      const { tx, caller, message, rev } = change;
      if (message.deleted_at) return null;
      const deleterPk = caller.user?.user_pk ?? null;
      const keepDays = UNDELETE_DAYS.of(settings);
      await this.repository.delete(tx, caller.clientId, message, { rev, deleterPk, keepDays });
      return messageDeleted;
    });
  }

  /**
   * By roles that manage the room; in a direct room, by who deleted it.
   * @throws Problem `not_found`, `insufficient_role`, `user_unavailable`, `conflict` when its body is gone
   */
  undelete(request: Request, roomId: string, id: string): Promise<SeenMessage> {
    return this.changes.change(request, roomId, id, async (change) => {
      const { tx, caller, room, message, rev } = change;
      if (!isOwnDeletion(change)) requirePermission(caller, room.room_type, room.actor_role, 'manage');
      await this.changes.refuseBlocked(change);
      if (!message.deleted_at) return null;
      if (message.purge_due)
        throw new Problem('conflict', 'What the message said is gone: it was deleted too long ago.');
      await this.repository.undelete(tx, caller.clientId, message, rev);
      return messageUpdated;
    });
  }

  /** From the acting user only, by an event on its own stream. */
  private async hide(request: Request, roomId: string, id: string): Promise<void> {
    const { caller } = request;
    const { user } = caller;
    if (!user) throw invalidField('for', 'me needs a user: name one in X-User-Id');
    let events: EventRow[] = [];
    await this.idempotency.effect(request, async (tx) => {
      const message = await this.repository.find(tx, caller.clientId, roomId, id);
      if (!message || !(await this.repository.hide(tx, caller.clientId, user.user_pk, message))) return;
      events = await this.announcer.append(tx, hiddenEvent(caller, roomId, id));
    });
    await this.announcer.committed(events);
  }
}

/** Nobody manages a direct room: there, who took a message away may bring it back, once or again. */
const isOwnDeletion = ({ caller, room, message }: Change): boolean =>
  room.room_type === 'direct' &&
  (message.deleted_at ? message.deleted_by === caller.user?.user_id : isOwn(caller, message));

const hiddenEvent = (caller: Caller, room_id: string, message_id: string) =>
  newEvent({
    event: messageHidden,
    client_id: caller.clientId,
    stream: { type: 'user', id: caller.user!.user_pk },
    room_id,
    subject_id: message_id,
    actor: actorOf(caller),
    data: { room_id, message_id },
  });

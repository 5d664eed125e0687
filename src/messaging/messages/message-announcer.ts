import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Tx } from '../../platform/database/database.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import type { NewEvent } from '../../engine/events/new-event.js';
import { MessageParts } from './message-parts.js';
import { toMessage } from './message.row.js';
import type { MessageDto } from './messages.dto.js';
import { MessagesRepository } from './messages.repository.js';

/** Events of messages that exist: appended with their change, told after its commit. */
@Injectable()
export class MessageAnnouncer {
  constructor(
    private readonly events: EventsService,
    private readonly messages: MessagesRepository,
    private readonly parts: MessageParts,
  ) {}

  append(tx: Tx, ...events: NewEvent[]): Promise<EventRow[]> {
    return this.events.append(tx, events);
  }

  /**
   * Tells the room; of a message that only its sender sees, the sender what it says and the room that there is something.
   * Never throws.
   */
  async committed(rows: EventRow[]): Promise<void> {
    for (const row of rows) {
      const shadowed = row.stream_type === 'room' ? await this.findShadowed(row) : null;
      if (shadowed) await this.events.publishToUser(shadowed.sender_pk!, row, toMessage(shadowed));
    }
    await this.events.publish(rows);
  }

  /** With what features above keep of it, as the caller sees it. */
  async complete(tx: Tx, { clientId, user }: Caller, message: MessageDto): Promise<MessageDto> {
    return (await this.parts.complete(clientId, [message], { on: tx, viewerPk: user?.user_pk }))[0]!;
  }

  private async findShadowed({ client_id, subject_id }: EventRow) {
    try {
      const found = (await this.messages.findMany(client_id, [subject_id!])).get(subject_id!);
      return found?.shadowed ? found : null;
    } catch {
      return null;
    }
  }
}

import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { EventsService } from '../../../engine/events/events.service.js';
import type { NewEvent } from '../../../engine/events/new-event.js';
import { logger } from '../../../platform/common/logger.js';
import { stubOf, toMessage } from '../message.row.js';
import { MessagesRepository } from '../messages.repository.js';

/** Events of messages that exist: appended with their change, told after its commit. */
@Injectable()
export class MessageAnnouncer {
  constructor(
    private readonly events: EventsService,
    private readonly messages: MessagesRepository,
  ) {}

  append(tx: Tx, ...events: NewEvent[]): Promise<EventRow[]> {
    return this.events.append(tx, events);
  }

  /**
   * Tells the room; of a message that only its sender sees, the sender what it says and the room that there is something; of
   * one from before some joined who see nothing of that time, them no more either. Never throws.
   */
  async committed(rows: EventRow[]): Promise<void> {
    for (const row of rows) {
      try {
        await this.tell(row);
      } catch (error) {
        // It may be for some only: nobody is told, and the next head of the stream says that there was something.
        logger.warn({ reason: (error as Error).message }, 'A message was changed, but sockets could not be told.');
      }
    }
  }

  private async tell(row: EventRow): Promise<void> {
    const { client_id, subject_id, stream_type } = row;
    if (stream_type !== 'room') return this.events.publish([row]);
    const { message, latecomers } = await this.messages.findApart(client_id, subject_id!);
    if (message?.shadowed) return this.events.publishApart([message.sender_pk!], row, toMessage(message));
    if (message && latecomers.length > 0) return this.events.publishApart(latecomers, row, stubOf(message));
    await this.events.publish([row]);
  }
}

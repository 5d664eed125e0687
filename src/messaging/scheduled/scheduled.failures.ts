import { Injectable } from '@nestjs/common';
import { EventsService } from '../../engine/events/events.service.js';
import { newEvent } from '../../engine/events/new-event.js';
import { Database } from '../../platform/database/database.js';
import { scheduledMessageFailed } from './scheduled.events.js';
import { ScheduledRepository, type ClaimedRow } from './scheduled.repository.js';

/** Ends scheduled messages that can't be sent, and tells who has scheduled them. */
@Injectable()
export class ScheduledFailures {
  constructor(
    private readonly repository: ScheduledRepository,
    private readonly database: Database,
    private readonly events: EventsService,
  ) {}

  /** Of a claim that still holds. @param reason the code of what the send was refused with */
  async fail(row: ClaimedRow, reason: string): Promise<void> {
    const events = await this.database.transaction(async (tx) => {
      if (!(await this.repository.settle(row, { status: 'failed', reason }, tx))) return [];
      return this.events.append(tx, [eventOf(row, reason)]);
    });
    await this.events.publish(events);
  }
}

const eventOf = ({ client_id, id, room_id, sender_pk, send_at }: ClaimedRow, reason: string) =>
  newEvent({
    event: scheduledMessageFailed,
    client_id,
    stream: sender_pk === null ? { type: 'client', id: client_id } : { type: 'user', id: sender_pk },
    room_id,
    subject_id: id,
    actor: { id: null, type: 'system' },
    data: { id, room_id, send_at: send_at.toISOString(), status: 'failed', reason },
  });

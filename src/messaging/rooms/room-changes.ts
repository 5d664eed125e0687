import { Injectable } from '@nestjs/common';
import type { EventRow } from '../../engine/events/events.repository.js';
import type { NewEvent } from '../../engine/events/new-event.js';
import type { Tx } from '../../platform/database/database.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { rowOf } from './room-access.js';
import { RoomAnnouncer } from './room-announcer.js';

/** What a change answers, and the events that tell of it, in the order of their revs. */
export type ChangedRoom<T> = [answer: T, events: NewEvent[]];

/** Runs changes of rooms and memberships: the effect and its events in one transaction, told of after the commit. */
@Injectable()
export class RoomChanges {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly announcer: RoomAnnouncer,
  ) {}

  /** @param change locks the room first of all; its answer is the route's */
  async run<T>(request: Request, roomId: string, change: (tx: Tx) => Promise<ChangedRoom<T>>): Promise<T> {
    let rows: EventRow[] = [];
    const effect = async (tx: Tx): Promise<T> => {
      const [answer, events] = await change(tx);
      rows = events.length > 0 ? await this.announcer.events.append(tx, events) : [];
      return answer;
    };
    const answer = await this.idempotency.effect(request, effect, { row: rowOf(roomId) });
    await this.announcer.committed(rows);
    return answer;
  }
}

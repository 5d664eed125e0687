import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Database } from '../../platform/database/database.js';
import { ChangesRepository } from '../messages/changes/changes.repository.js';
import { MessageRemains } from '../messages/changes/message-remains.js';
import { TruncationsRepository, type RoomToPurge } from '../rooms/truncations.repository.js';

const ROOMS_AT_ONCE = 100;
/** Messages blanked in one transaction, which holds no lock of the room's. */
const MESSAGES_AT_ONCE = 500;
/** The room's row says how far it has come after so many: its senders wait for it as for each other. */
const NOTED_AFTER = 10_000;
/** A round ends after this time, and the next one goes on: a stop waits for it. */
const ROUND_MS = 10_000;

/** Has what messages said that nobody sees any more go for good, in batches; one that is done twice changes nothing. */
@Injectable()
export class TruncationPurge implements OnModuleDestroy {
  private stopped = false;

  constructor(
    private readonly truncations: TruncationsRepository,
    private readonly messages: ChangesRepository,
    private readonly remains: MessageRemains,
    private readonly database: Database,
  ) {}

  onModuleDestroy(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    const end = performance.now() + ROUND_MS;
    const goesOn = (): boolean => !this.stopped && performance.now() < end;
    for (const room of await this.truncations.findDue(ROOMS_AT_ONCE)) {
      if (!goesOn()) return;
      try {
        await this.purge(room, goesOn);
      } catch (error) {
        // The others don't wait for this one, which is tried again by the next round.
        logger.warn({ room_id: room.id, reason: (error as Error).message }, 'A truncated room could not be purged.');
      }
    }
  }

  private async purge({ client_id, id, truncated_seq, truncated_at, purged_seq }: RoomToPurge, goesOn: () => boolean) {
    let [seq, noted] = [purged_seq, purged_seq];
    while (seq < truncated_seq && goesOn()) {
      const upto = Math.min(seq + MESSAGES_AT_ONCE, truncated_seq);
      await this.blank(client_id, id, { after: seq, upto, truncated_at });
      seq = upto;
      if (seq - noted < NOTED_AFTER) continue;
      await this.truncations.purged(client_id, id, seq, { whole: false });
      noted = seq;
    }
    await this.truncations.purged(client_id, id, seq, { whole: seq === truncated_seq });
  }

  private async blank(clientId: string, roomId: string, stretch: { after: number; upto: number; truncated_at: Date }) {
    await this.database.transaction(async (tx) => {
      const gone = await this.messages.blank(tx, clientId, roomId, stretch);
      await this.remains.forget(tx, gone);
    });
  }
}

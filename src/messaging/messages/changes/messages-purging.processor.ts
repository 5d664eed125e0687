import { Processor, WorkerHost } from '@nestjs/bullmq';
import { ChangesRepository } from './changes.repository.js';

export const MESSAGES_PURGING_QUEUE = 'messages-purging';
const AT_ONCE = 500;

/** Blanks deleted messages once they can't be undeleted any more. */
@Processor(MESSAGES_PURGING_QUEUE)
export class MessagesPurgingProcessor extends WorkerHost {
  constructor(private readonly changes: ChangesRepository) {
    super();
  }

  async process(): Promise<void> {
    while ((await this.changes.purge(AT_ONCE)) === AT_ONCE);
  }
}

import { Processor, WorkerHost } from '@nestjs/bullmq';
import { ReportsService } from './reports.service.js';

export const FLAGS_TAKING_QUEUE = 'flags-taking';
const AT_ONCE = 200;

/** Makes reports of flagged messages. With none there is nothing in the index that it asks. */
@Processor(FLAGS_TAKING_QUEUE)
export class FlagsTakingProcessor extends WorkerHost {
  constructor(private readonly reports: ReportsService) {
    super();
  }

  async process(): Promise<void> {
    while ((await this.reports.takeFlags(AT_ONCE)) === AT_ONCE);
  }
}

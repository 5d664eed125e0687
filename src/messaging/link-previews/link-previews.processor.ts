import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { LINK_PREVIEWS_QUEUE, LinkPreviewsQueue, type PreviewJob } from './link-previews.queue.js';
import { LinkPreviewsService } from './link-previews.service.js';
import { Stopping } from './page-previews.js';

/** Jobs in hand per process: more than one client's turns let wait, so that none waits behind those of another. */
const JOBS = 256;

@Processor(LINK_PREVIEWS_QUEUE, { concurrency: JOBS })
export class LinkPreviewsProcessor extends WorkerHost {
  constructor(
    private readonly previews: LinkPreviewsService,
    private readonly queue: LinkPreviewsQueue,
  ) {
    super();
  }

  async process({ data }: Job<PreviewJob>): Promise<void> {
    try {
      await this.previews.attach(data);
    } catch (error) {
      if (error instanceof Stopping) return this.queue.putBack(data);
      if (!(error instanceof Problem)) throw error;
      // The message or its room is gone, or too much is under way there.
      logger.debug({ code: error.code }, 'A message got no link previews.');
    }
  }
}

import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { inSpan, tracer } from '../../platform/tracing/tracer.js';
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
      await (tracer === null ? this.previews.attach(data) : this.traced(data));
    } catch (error) {
      if (error instanceof Stopping) return this.queue.putBack(data);
      if (!(error instanceof Problem)) throw error;
      // The message or its room is gone, or too much is under way there.
      logger.debug({ code: error.code }, 'A message got no link previews.');
    }
  }

  private traced(job: PreviewJob): Promise<void> {
    const attributes = {
      'messaging.system': 'chatapi',
      'messaging.operation.type': 'process',
      'messaging.destination.name': LINK_PREVIEWS_QUEUE,
      'messaging.message.id': job.id,
      'chatapi.client_id': job.client_id,
      'chatapi.room_id': job.room_id,
    };
    const parent = job.traceparent ?? null;
    return inSpan('process link-previews', { kind: 'consumer', parent, attributes }, () => this.previews.attach(job));
  }
}

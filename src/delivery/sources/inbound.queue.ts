import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { WindowCounts } from '../../tenancy/access/rate-counter.js';

export const INBOUND_QUEUE = 'inbound-events';

export interface InboundJob {
  client_id: string;
  id: string;
}

const WINDOW_MS = 1_000;
/** Of one client on this node: what comes beyond waits for the sweep, which takes clients in turn. */
const MAX_PER_WINDOW = 100;
/** On their way into the queue, of all clients: it may be slow, or away. */
const MAX_ADDING = 500;

/** Hastens what is to be done with events: the sweep finds what it loses. */
@Injectable()
export class InboundQueue {
  private readonly counts = new WindowCounts();
  private adding = 0;

  constructor(@InjectQueue(INBOUND_QUEUE) private readonly queue: Queue<InboundJob>) {}

  /** Never throws, nor waits. */
  add(job: InboundJob, delay = 0): void {
    if (this.adding >= MAX_ADDING || this.counts.add(job.client_id, WINDOW_MS).count > MAX_PER_WINDOW) return;
    this.adding++;
    void this.queue
      .add(INBOUND_QUEUE, job, { jobId: newId(), delay })
      .catch((error: Error) => logger.debug({ reason: error.message }, 'An inbound event could not be queued.'))
      .finally(() => this.adding--);
  }
}

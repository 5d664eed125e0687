import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { traceparentNow } from '../../platform/tracing/tracer.js';
import { WindowCounts } from '../../tenancy/access/rate-counter.js';
import type { SaidMessage } from '../messages/pre-send.js';
import { LINK_PREVIEWS } from './link-previews.settings.js';
import { linkId, linksOf, MAX_PREVIEWS } from './links.js';

export const LINK_PREVIEWS_QUEUE = 'link-previews';

/** Which links of a message are to be looked at. */
export interface PreviewJob {
  client_id: string;
  room_id: string;
  id: string;
  /** By their {@link linkId}: of what it says there is nothing in a queue. */
  links: string[];
  /** Of the trace that sent or edited the message. */
  traceparent?: string;
}

/** Messages of one client on this node; what comes beyond gets no previews. */
const WINDOW_MS = 10_000;
const MAX_PER_WINDOW = 200;
const PUT_BACK_MS = 2_000;
/** On their way into the queue, of all clients: it may be slow, or away. */
const MAX_ADDING = 500;

/** Queues messages with links once they are committed. Its loss, with a process or with the queue, costs previews and nothing else. */
@Injectable()
export class LinkPreviewsQueue {
  private readonly counts = new WindowCounts();
  private adding = 0;

  constructor(@InjectQueue(LINK_PREVIEWS_QUEUE) private readonly queue: Queue<PreviewJob>) {}

  /** Of an edit only the links that it brings: a preview that was taken away stays away. Never throws, nor waits. */
  said({ caller, message, before }: SaidMessage): void {
    if (!LINK_PREVIEWS.of(caller.settings) || message.content_type !== 'text') return;
    const { clientId: client_id } = caller;
    const { id, room_id, rev, content } = message;
    const known = new Set(linksOf(before));
    const links = linksOf(content).slice(0, MAX_PREVIEWS);
    const fresh = links.filter((link) => !known.has(link)).map(linkId);
    if (fresh.length === 0 || this.adding >= MAX_ADDING) return;
    if (this.counts.add(client_id, WINDOW_MS).count > MAX_PER_WINDOW) return;
    this.adding++;
    const traceparent = traceparentNow();
    const job = { client_id, room_id, id, links: fresh, ...(traceparent !== null && { traceparent }) };
    void this.add(job, `${id}-${rev}`).finally(() => this.adding--);
  }

  /** A job that this process, which stops, can't finish: later, or it would take it again itself until it has stopped. */
  putBack(job: PreviewJob): Promise<void> {
    return this.add(job, newId(), PUT_BACK_MS);
  }

  private async add(job: PreviewJob, jobId: string, delay = 0): Promise<void> {
    try {
      await this.queue.add(LINK_PREVIEWS_QUEUE, job, { jobId, delay });
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'Link previews could not be queued.');
    }
  }
}

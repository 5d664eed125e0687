import { Injectable } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { RateCounter } from '../../tenancy/access/rate-counter.js';
import { InboundRepository, type NewInbound } from './inbound.repository.js';

const HOUR_MS = 3_600_000;
/** Of one source in an hour, of each kind: strangers can make any number, and the disk has an end. */
const KEPT_PER_HOUR = 200;
const KEPT_BYTES = 4_096;

/** Puts on record what came and is not worked on, as far as there is room for it. Never throws: the sender has its answer. */
@Injectable()
export class InboundLog {
  constructor(
    private readonly repository: InboundRepository,
    private readonly counter: RateCounter,
  ) {}

  /** With the beginning of its body. */
  async refused(event: NewInbound, reason: string): Promise<void> {
    const body = event.body.subarray(0, KEPT_BYTES);
    await this.keep('refused', { ...event, body, verified: false, status: 'failed', reason });
  }

  /** It went in a circle: the beginning of its body. */
  async loop(event: NewInbound): Promise<void> {
    await this.keep('loop', { ...event, body: event.body.subarray(0, KEPT_BYTES), status: 'failed', reason: 'loop' });
  }

  /** Its body is that of the first, or the sender's own matter. */
  async duplicate(event: NewInbound, firstId: string): Promise<void> {
    await this.keep('duplicate', { ...event, body: Buffer.alloc(0), status: 'duplicate', duplicate_of: firstId });
  }

  private async keep(kind: string, event: NewInbound): Promise<void> {
    try {
      const { count } = await this.counter.add(`inbound-log:${kind}:${event.source_id}`, HOUR_MS);
      if (count <= KEPT_PER_HOUR) await this.repository.insert(null, event.client_id, event);
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'A request to a source could not be put on record.');
    }
  }
}

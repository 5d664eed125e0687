import { Injectable } from '@nestjs/common';
import { itemProblem } from '../../platform/common/batch.js';
import { logger } from '../../platform/common/logger.js';
import { toProblem } from '../../platform/common/to-problem.js';
import { hopsIn } from '../../engine/providers/webhook/hops.js';
import { InboundEffects, type InboundEvent, type InboundProgress, type KeptResult } from './inbound-effects.js';
import type { InboundJob } from './inbound.queue.js';
import { InboundWorkRepository, type ClaimedWork, type WorkedEvent } from './inbound-work.repository.js';
import { payloadOf } from './payload.js';
import { eventIn } from './templates.js';

/** What passes by itself is waited for so long; then it is on record as what went wrong. */
const PATIENCE_S = 3_600;
const RETRY_S = { first: 5, most: 300 };

/** Events in hand per process: of all, and of one client. */
export const EVENTS_AT_ONCE = 16;
const MOST_OF_ONE = 12;

/** Somebody else works on the event by now. */
class Lost extends Error {}

/** Works on one event: claims it, lets everything follow from it, and settles it under the very claim. */
@Injectable()
export class InboundWorker {
  private readonly inHand = new Map<string, number>();

  constructor(
    private readonly work: InboundWorkRepository,
    private readonly effects: InboundEffects,
  ) {}

  /** Whether this process may take one more of the client's: what one makes it do holds up no other. */
  hasRoom(clientId: string): boolean {
    return (this.inHand.get(clientId) ?? 0) < MOST_OF_ONE;
  }

  /** Never throws for what an event does: who has it in hand when the process dies leaves it to who finds it. */
  async process(job: InboundJob): Promise<void> {
    this.count(job.client_id, 1);
    await this.claimAndRun(job).finally(() => this.count(job.client_id, -1));
  }

  private count(clientId: string, change: 1 | -1): void {
    const now = (this.inHand.get(clientId) ?? 0) + change;
    if (now > 0) this.inHand.set(clientId, now);
    else this.inHand.delete(clientId);
  }

  private async claimAndRun(job: InboundJob): Promise<void> {
    const claimed = await this.work.claim(job);
    if (!claimed) return;
    const event = await this.work.load(claimed);
    if (!event) return this.work.drop(claimed);
    const progress = new Progress(event.results, (results) => this.work.save(claimed, results));
    try {
      await this.effects.run(seen(event), progress);
      await this.work.settle(claimed, progress.results, progress.failed ? 'failed' : 'processed');
    } catch (error) {
      if (!(error instanceof Lost)) await this.putOff(claimed, progress, error);
    }
  }

  private async putOff(claimed: ClaimedWork, progress: Progress, error: unknown): Promise<void> {
    const problem = toProblem(error);
    if (problem.code === 'internal') logger.error({ err: error }, 'An inbound event could not be worked on.');
    if (claimed.late_s < PATIENCE_S) {
      const afterS = problem.options.retryAfterS ?? Math.min(RETRY_S.first * 2 ** (claimed.attempt - 1), RETRY_S.most);
      await this.work.save(claimed, progress.results, afterS);
      return;
    }
    progress.record({ rule_id: null, action: null, error: itemProblem(problem) });
    await this.work.settle(claimed, progress.results, 'failed');
  }
}

/** What came of an event, one result for each action. */
class Progress implements InboundProgress {
  results: KeptResult[];

  constructor(
    before: KeptResult[],
    private readonly keep: (results: KeptResult[]) => Promise<boolean>,
  ) {
    // What went wrong is tried again: of what it was, only its place is left.
    this.results = before.filter(({ error }) => !error);
  }

  get failed(): boolean {
    return this.results.some(({ error }) => error);
  }

  record(result: KeptResult): void {
    const isSame = ({ rule_id, action, index, digest }: KeptResult): boolean =>
      rule_id === result.rule_id && action === result.action && index === result.index && digest === result.digest;
    this.results = [...this.results.filter((one) => !isSame(one)), result];
  }

  async save(): Promise<void> {
    if (!(await this.keep(this.results))) throw new Lost('The event is worked on by another process.');
  }
}

const seen = (event: WorkedEvent): InboundEvent => ({
  client_id: event.client_id,
  id: event.id,
  source_id: event.source_id,
  template: event.template,
  external_id: event.external_id,
  type: event.type,
  headers: event.headers,
  payload: eventIn(event.template, payloadOf(event.content_type, event.body)),
  hops: hopsIn(event.headers),
  created_at: event.created_at,
});

import { newId } from '../../../platform/common/ids.js';
import type { DeliveryRef } from '../delivery.js';
import type { DueDelivery } from './dispatcher.repository.js';

export const DELIVERY_QUEUE = 'deliveries';

/** Deliveries of one lane. A trigger: what is said here is checked against the rows when they are claimed. */
export interface DeliveryJob {
  lane: string;
  /** As an index of `PRIORITIES`: what is more urgent goes first. */
  priority: number;
  deliveries: DeliveryRef[];
}

export interface PlannedJob {
  /** While a job with this id waits or runs, adding it again does nothing. No `:`, and not a number. */
  id: string;
  data: DeliveryJob;
  delayMs?: number;
}

const PER_JOB = 20;
/** Due for so long and still not claimed: the job is made again. Where it exists still, that does nothing. */
const AGAIN_MS = 3_000;
/** A delivery that became due earlier than its job by more than this gets another job. */
const EARLIER_MS = 500;

interface Queued {
  job: string;
  /** When the job should have run, or was made again. */
  dueAt: number;
}

/** Remembers what was queued, so that each look at the due rows makes jobs only of what is new or was lost. */
export class JobPlan {
  private queued = new Map<string, Queued>();

  /**
   * @param rows what is due and not claimed, as many as may be queued at once
   * @param now by a monotonic clock, in milliseconds
   */
  next(rows: DueDelivery[], now: number): PlannedJob[] {
    const before = this.queued;
    this.queued = new Map();
    const again = new Map<string, DueDelivery[]>();
    const fresh = new Map<string, DueDelivery[]>();
    for (const row of rows) {
      const key = keyOf(row);
      const known = before.get(key);
      before.delete(key);
      const dueAt = now + Math.max(row.due_in_ms, 0);
      if (!known || dueAt < known.dueAt - EARLIER_MS) {
        // Those that wait for a time of their own get a job of their own.
        const group = row.due_in_ms > 0 ? key : `${row.priority} ${laneKeyOf(row)}`;
        push(fresh, group, row);
      } else if (now - known.dueAt < AGAIN_MS) {
        this.queued.set(key, known);
      } else {
        push(again, known.job, row);
      }
    }
    this.keepUnseen(before, now);
    const jobs = [...again].map(([job, group]) => this.job(job, group, now));
    for (const group of fresh.values()) {
      for (let at = 0; at < group.length; at += PER_JOB)
        jobs.push(this.job(newId(), group.slice(at, at + PER_JOB), now));
    }
    return jobs;
  }

  /** The queue did not take the jobs: everything is to be queued again. */
  forget(): void {
    this.queued.clear();
  }

  /** Not every look sees every lane. */
  private keepUnseen(unseen: Map<string, Queued>, now: number): void {
    for (const [key, queued] of unseen) if (now - queued.dueAt < AGAIN_MS) this.queued.set(key, queued);
  }

  private job(id: string, rows: DueDelivery[], now: number): PlannedJob {
    const delayMs = Math.max(Math.ceil(rows[0]!.due_in_ms), 0);
    for (const row of rows) this.queued.set(keyOf(row), { job: id, dueAt: now + delayMs });
    const data: DeliveryJob = {
      lane: laneKeyOf(rows[0]!),
      priority: rows[0]!.priority,
      deliveries: rows.map(({ client_id, id, attempt_count }) => ({ client_id, id, attempt_count })),
    };
    // A job that comes a moment too early finds nothing due.
    return { id, data, ...(delayMs > 0 ? { delayMs: delayMs + 5 } : {}) };
  }
}

const keyOf = ({ id, attempt_count, holds }: DueDelivery): string => `${id} ${attempt_count} ${holds}`;
/** Lanes are named `<client> <channel>`, or `<client> <channel>:<which of its kind>`. */
export const channelOfLane = (lane: string): string => lane.split(/[ :]/, 2)[1] ?? '';
/** A lane is a client's own. */
export const laneKeyOf = ({ client_id, lane }: { client_id: string; lane: string }): string => `${client_id} ${lane}`;

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

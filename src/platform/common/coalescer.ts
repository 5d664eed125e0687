import { tracer } from '../tracing/tracer.js';
import { metrics } from './metrics.js';
import { Problem } from './problem.js';

/** How a {@link Coalescer} gathers, and what it does with a batch. */
export interface CoalescerOptions<In, Out> {
  /** Its label in the metrics; without one it is not measured. */
  name?: string;
  /** Items per batch at most. */
  maxBatch: number;
  /** Items waiting at most; beyond it `add` refuses with `overloaded`. */
  maxWaiting: number;
  /** Of those, one tenant's at most. */
  maxWaitingPerTenant: number;
  /** Two batches may be in flight: items with equal keys are never in both, the later one waits. Without it, one is. */
  keyOf?: (item: In) => string;
  /** How long, in milliseconds, an item may wait for company where nobody waits for it. Without it, none does. */
  lingerMs?: (item: In) => number;
  /** Handles one batch. Answers one result per item, in order; an Error rejects that item alone. */
  run: (items: In[]) => Promise<(Out | Error)[]>;
}

interface Waiting<In, Out> {
  tenant: string;
  item: In;
  since: number;
  resolve: (out: Out) => void;
  reject: (error: unknown) => void;
}

/** A batch in flight. */
interface Flight {
  size: number;
  keys: Set<string>;
}

/**
 * Gathers concurrent work into batches: while one commits, the next fills. Under light load a batch holds one item and
 * waits for nothing; under heavy load it holds as many as arrived meanwhile. A second batch starts beside the first one
 * when as many wait as that one holds: neither the work between two batches nor a slow commit leaves everything idle then,
 * and batches stay large where much arrives. What is equal in its key is handled in the order in which it was added.
 */
export class Coalescer<In, Out> {
  private waiting: Waiting<In, Out>[] = [];
  private readonly perTenant = new Map<string, number>();
  private readonly flights = new Set<Flight>();
  /** When the next batch is to start at the latest, and what starts it then. */
  private startBy = Number.POSITIVE_INFINITY;
  private waking: { at: number; cancel: () => void } | undefined;
  /** Of the batches so far, all answers are out. */
  private answered: Promise<void> = Promise.resolve();
  private whenIdle: (() => void)[] = [];

  constructor(private readonly options: CoalescerOptions<In, Out>) {}

  /** @throws Problem `overloaded` (503, Retry-After) when too much waits already */
  add(tenant: string, item: In): Promise<Out> {
    const ofTenant = this.perTenant.get(tenant) ?? 0;
    if (this.waiting.length >= this.options.maxWaiting || ofTenant >= this.options.maxWaitingPerTenant) {
      return Promise.reject(new Problem('overloaded', 'Too much is waiting already. Try again.', { retryAfterS: 1 }));
    }
    this.perTenant.set(tenant, ofTenant + 1);
    return new Promise((resolve, reject) => {
      const since = performance.now();
      this.waiting.push({ tenant, item, since, resolve, reject });
      this.startBy = Math.min(this.startBy, since + (this.options.lingerMs?.(item) ?? 0));
      this.wake();
    });
  }

  get size(): number {
    return this.waiting.length;
  }

  /** Resolves when everything that was added has been handled. */
  async idle(): Promise<void> {
    if (this.isIdle()) return;
    await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  private isIdle(): boolean {
    return this.flights.size === 0 && this.waiting.length === 0;
  }

  /** What arrives in the same turn of the event loop joins the same batch, and what arrives while all may still wait. */
  private wake(): void {
    if (this.waiting.length === 0 || (this.waking && this.waking.at <= this.startBy) || !this.mayStart()) return;
    this.waking?.cancel();
    const ms = this.startBy - performance.now();
    const go = () => {
      this.waking = undefined;
      this.start();
    };
    const immediate = ms > 0 ? undefined : setImmediate(go);
    const timer = ms > 0 ? setTimeout(go, ms) : undefined;
    const cancel = () => {
      clearImmediate(immediate);
      clearTimeout(timer);
    };
    this.waking = { at: this.startBy, cancel };
  }

  private mayStart(): boolean {
    if (this.flights.size === 0) return true;
    if (this.options.keyOf === undefined || this.flights.size > 1) return false;
    const [first] = this.flights;
    return this.waiting.length >= first!.size;
  }

  private start(): void {
    // Timers may fire a little early.
    if (this.startBy > performance.now() + 1 && this.waiting.length < this.options.maxBatch) return this.wake();
    while (this.waiting.length > 0 && this.mayStart()) {
      const batch = this.take();
      if (batch.length === 0) return;
      // A batch is nobody's own: what it logs is of no request's trace.
      if (tracer === null) void this.fly(batch);
      else void tracer.apart(() => this.fly(batch));
    }
  }

  private async fly(batch: Waiting<In, Out>[]): Promise<void> {
    const { keyOf } = this.options;
    const flight = { size: batch.length, keys: new Set(keyOf && batch.map(({ item }) => keyOf(item))) };
    this.flights.add(flight);
    const answer = await this.runOne(batch);
    // In order, and never more than one batch behind.
    const before = this.answered;
    this.answered = before.then(() => inTurns(answer));
    await before;
    this.flights.delete(flight);
    this.start();
    await this.answered;
    if (this.isIdle()) for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  /** The next batch: what waits, in order, but for keys that are in flight, and what would overtake them. */
  private take(): Waiting<In, Out>[] {
    const { keyOf, maxBatch } = this.options;
    const [other] = this.flights;
    const batch: Waiting<In, Out>[] = [];
    this.waiting = this.waiting.filter((one) => {
      if (batch.length === maxBatch || (keyOf && other?.keys.has(keyOf(one.item)))) return true;
      batch.push(one);
      return false;
    });
    // Who was left has waited long enough.
    this.startBy = this.waiting.length > 0 ? 0 : Number.POSITIVE_INFINITY;
    return batch;
  }

  /** @returns how to answer each of the batch */
  private async runOne(batch: Waiting<In, Out>[]): Promise<(() => void)[]> {
    for (const { tenant } of batch) this.leave(tenant);
    this.measure(batch);
    try {
      const results = await this.options.run(batch.map(({ item }) => item));
      return batch.map(({ resolve, reject }, index) => () => {
        const result = results[index];
        if (result instanceof Error) reject(result);
        else resolve(result as Out);
      });
    } catch (error) {
      return batch.map(
        ({ reject }) =>
          () =>
            reject(error),
      );
    }
  }

  private measure(batch: Waiting<In, Out>[]): void {
    const { name } = this.options;
    if (name === undefined) return;
    metrics.coalescerBatch.observe({ coalescer: name }, batch.length);
    metrics.coalescerWait.observe({ coalescer: name }, (performance.now() - batch[0]!.since) / 1000);
  }

  private leave(tenant: string): void {
    const left = this.perTenant.get(tenant)! - 1;
    if (left === 0) this.perTenant.delete(tenant);
    else this.perTenant.set(tenant, left);
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Answers let go in one turn of the event loop. */
const PER_TURN = 16;

/**
 * Answers a few at a time, so that what follows each answer (making and writing a response) leaves room for the replies
 * of the database: otherwise the next batch stands still while this one's responses are written.
 */
async function inTurns(answers: (() => void)[]): Promise<void> {
  for (let at = 0; at < answers.length; at += PER_TURN) {
    // A batch of a few, as under light load, goes out at once.
    if (at > 0 || answers.length > PER_TURN) await nextTurn();
    for (const answer of answers.slice(at, at + PER_TURN)) answer();
  }
}

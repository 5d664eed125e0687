import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { Problem } from '../../platform/common/problem.js';
import { translate } from '../../platform/database/errors.js';
import type { Database, Tx } from '../../platform/database/database.js';
import type { EventRow } from './events.repository.js';
import { BEGINNING, type LockedCursor, type LogCursor, type LogReader } from './log-reader.js';
import type { LogReadersRepository } from './log-readers.repository.js';

const BATCH = 500;
/** Between two looks while something holds the reader up: at first, and at most. */
const HELD_MS = [20, 1_000] as const;
/** An event that fails alone is tried so often, with doubling pauses, before it is set aside. */
const TRIES = 4;
const FIRST_PAUSE_MS = 250;
/** What was set aside is tried again after so long, doubled each time up to a limit. */
const RETRY_S = 10;
const LONGEST_RETRY_S = 3_600;
/** A place at which nothing happened for so long is told to be of now. */
const REST_MS = 3_600_000;

type Outcome = 'more' | 'held' | 'idle';

/** Stands for what a transaction found, and undoes it. */
class HandlerFailed extends Error {
  constructor(
    readonly reason: unknown,
    readonly events: readonly EventRow[],
  ) {
    super('A reader of the log failed.');
  }
}

/** One reader, going through the log for as long as this process runs. */
export class LogReaderLoop {
  private readonly running: Promise<void>;
  private stopped = false;
  private nudged = false;
  private interrupt: (() => void) | null = null;
  /** Where it stood when this process last looked; another process may have gone on. */
  private cursor: LogCursor | null = null;
  /** Less than the whole batch while the event is looked for that makes it fail. */
  private limit: number;
  private failures = 0;

  constructor(
    private readonly reader: LogReader,
    private readonly repository: LogReadersRepository,
    private readonly database: Database,
    /** How long it looks for nothing unless it is nudged. */
    private readonly pollMs: number,
  ) {
    this.limit = this.batch;
    this.running = this.loop();
  }

  /** Something was committed. Costs nothing, so it may be called for every event. */
  nudge(): void {
    if (this.nudged) return;
    this.nudged = true;
    this.interrupt?.();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.interrupt?.();
    await this.running;
  }

  private get batch(): number {
    return this.reader.batch ?? BATCH;
  }

  private async loop(): Promise<void> {
    let heldMs: number = HELD_MS[0];
    while (!this.stopped) {
      // What is committed from now on is seen by this look, or nudges again.
      this.nudged = false;
      const outcome = await this.look();
      if (outcome === 'held') {
        await this.pause(heldMs);
        heldMs = Math.min(heldMs * 2, HELD_MS[1]);
        continue;
      }
      heldMs = HELD_MS[0];
      if (outcome === 'more') continue;
      if (!this.nudged) await this.untilNudged(this.pollMs);
      if (this.nudged && this.reader.gatherMs) await this.pause(this.reader.gatherMs);
    }
  }

  private async look(): Promise<Outcome> {
    try {
      return await this.next();
    } catch (error) {
      if (this.stopped) return 'idle';
      if (error instanceof HandlerFailed && !isPassing(error.reason)) return this.failed(error);
      const reason = error instanceof HandlerFailed ? error.reason : error;
      logger.warn(
        { reader: this.reader.name, reason: messageOf(reason) },
        'A reader of the log waits for the database.',
      );
      this.cursor = null;
      return 'held';
    }
  }

  /** A statement that only reads, as long as there is nothing to do. */
  private async next(): Promise<Outcome> {
    const { name } = this.reader;
    this.cursor ??= await this.repository.find(name, this.reader.from);
    const { cursor } = this;
    if (cursor.generation !== this.database.installation.generation) return this.takeIn();
    const { now, occurred_at, ready, retry } = await this.repository.peek(name, cursor);
    if (retry) await this.retry();
    if (occurred_at === null) {
      metrics.logReaderLag.set({ reader: name }, 0);
      const at = cursor.read_at?.getTime() ?? Number.NEGATIVE_INFINITY;
      if (now.getTime() - at > REST_MS) {
        await this.repository.rest(name, cursor, now);
        this.cursor = null;
      }
      return 'idle';
    }
    metrics.logReaderLag.set({ reader: name }, Math.max(0, now.getTime() - occurred_at.getTime()) / 1_000);
    return ready ? this.takeIn() : 'held';
  }

  /** One batch and the move over it, together or not at all. */
  private async takeIn(): Promise<Outcome> {
    const taken = await this.database.transaction(async (tx): Promise<[Outcome, LogCursor | null]> => {
      const place = await this.repository.lock(tx, this.reader.name);
      // Another process is at it.
      if (!place) return ['held', null];
      const { events, end, full, held } = await this.repository.read(tx, place, this.reader, this.limit);
      if (events.length > 0) await this.hand(tx, events);
      const behind = place.generation !== place.current;
      if (end) this.repository.move(tx, this.reader.name, end);
      if (held) return ['held', end ?? place];
      if (end) return [full || behind ? 'more' : 'idle', end];
      return behind ? this.leave(tx, place) : ['idle', place];
    });
    const [outcome, cursor] = taken;
    this.cursor = cursor;
    this.limit = Math.min(this.batch, this.limit * 2);
    this.failures = 0;
    return outcome;
  }

  /** From a history that has ended, and was read, to the one that follows. */
  private async leave(tx: Tx, place: LockedCursor): Promise<[Outcome, LogCursor]> {
    const generation = await this.repository.nextGeneration(tx, this.reader.name, place);
    if (generation === null) return ['held', place];
    const beginning = { ...BEGINNING, generation, read_at: place.read_at };
    this.repository.move(tx, this.reader.name, beginning);
    return ['more', beginning];
  }

  private async hand(tx: Tx, events: readonly EventRow[]): Promise<void> {
    try {
      await this.reader.handle(tx, events);
    } catch (error) {
      throw new HandlerFailed(error, events);
    }
  }

  /** Halves the batch until the event stands alone that fails; sets that one aside once it has failed often enough. */
  private async failed({ reason, events }: HandlerFailed): Promise<Outcome> {
    const { name } = this.reader;
    metrics.logReaderFailures.inc({ reader: name });
    if (events.length > 1) {
      this.limit = Math.max(1, Math.min(this.limit, events.length) >> 1);
      return 'more';
    }
    this.limit = 1;
    this.failures++;
    const [event] = events;
    const told = { reader: name, event_id: event!.id, client_id: event!.client_id, type: event!.type, err: reason };
    if (this.failures < TRIES) {
      logger.warn(told, 'A reader of the log failed at an event, and tries again.');
      await this.pause(FIRST_PAUSE_MS * 2 ** (this.failures - 1));
      return 'more';
    }
    logger.error(told, 'A reader of the log fails at an event: it is set aside, and tried again later.');
    return this.setAside(event!, reason);
  }

  private async setAside(event: EventRow, reason: unknown): Promise<Outcome> {
    const { name } = this.reader;
    try {
      await this.database.transaction(async (tx) => {
        const place = await this.repository.lock(tx, name);
        if (!place) return;
        const { events, end } = await this.repository.read(tx, place, this.reader, 1);
        // Another process may have gone on meanwhile.
        if (!end || (events.length > 0 && events[0]!.id !== event.id)) return;
        if (events.length > 0) await this.repository.setAside(tx, name, event, messageOf(reason), RETRY_S);
        this.repository.move(tx, name, end);
      });
      this.failures = 0;
      this.cursor = null;
      return 'more';
    } catch (error) {
      logger.warn({ reader: name, reason: messageOf(error) }, 'A reader of the log waits for the database.');
      return 'held';
    }
  }

  /** One of those that were set aside. */
  private async retry(): Promise<void> {
    const { name } = this.reader;
    let taken: { event_id: string; attempts: number } | undefined;
    try {
      await this.database.transaction(async (tx) => {
        const failure = await this.repository.takeFailure(tx, name);
        if (!failure) return;
        const { event_id, event } = (taken = failure);
        if (event) await this.hand(tx, [event]);
        else
          logger.error({ reader: name, event_id }, 'An event that was set aside is no longer in the log: it is lost.');
        await this.repository.dropFailure(tx, name, event_id);
      });
    } catch (error) {
      if (!taken || !(error instanceof HandlerFailed)) throw error;
      const afterS = Math.min(LONGEST_RETRY_S, RETRY_S * 2 ** taken.attempts);
      const { reason } = error;
      if (!isPassing(reason)) {
        metrics.logReaderFailures.inc({ reader: name });
        logger.error(
          { reader: name, event_id: taken.event_id, err: reason },
          'An event that was set aside failed again.',
        );
      }
      await this.repository.postpone(name, taken.event_id, messageOf(reason), afterS);
    }
  }

  /** Not shortened by what is committed meanwhile: that may be thousands a second. */
  private async pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.stopped && performance.now() < until) await this.wait(until - performance.now());
  }

  private async untilNudged(ms: number): Promise<void> {
    if (!this.stopped) await this.wait(ms);
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.interrupt = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.interrupt = done;
    });
  }
}

/** The connection was lost: what was to be done is not at fault. */
function isPassing(error: unknown): boolean {
  const fault = translate(error);
  return fault instanceof Problem && fault.code === 'unavailable';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);

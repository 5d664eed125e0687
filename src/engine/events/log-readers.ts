import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { metrics } from '../../platform/common/metrics.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { LogReader } from './log-reader.js';
import { LogReaderLoop } from './log-reader-loop.js';
import { LogReadersRepository } from './log-readers.repository.js';

/** How often a reader looks for what other processes commit, and where there are none, for what nobody told it of. */
const POLL_MS = { cluster: 2_000, alone: 5_000 };
/** Lags are asked for by whoever looks at health and metrics. */
const REMEMBER_MS = 2_000;

/** How far behind a reader is. */
export interface ReaderLag {
  reader: string;
  /** Age of the oldest event that it has not taken in. */
  seconds: number;
}

/**
 * Readers of the one log, across streams. Each goes through it in the order (tx, stream, rev) and never past a transaction
 * that still runs, so that nothing commits behind its back; its place moves in the transaction of its effect, under a lock, so
 * that one process of the installation at a time goes on. They run where jobs do.
 */
@Injectable()
export class LogReaders implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly readers: LogReader[] = [];
  private readonly loops: LogReaderLoop[] = [];
  private started = false;
  private latest: { at: number; lags: Promise<ReaderLag[]> } | undefined;

  constructor(
    private readonly repository: LogReadersRepository,
    private readonly database: Database,
    private readonly config: Config,
    private readonly publisher: RealtimePublisher,
  ) {}

  /** @throws Error for a second reader of one name */
  register(reader: LogReader): void {
    if (this.readers.some(({ name }) => name === reader.name)) {
      throw new Error(`There are two readers of the log named ${reader.name}.`);
    }
    this.readers.push(reader);
    if (this.started) this.start(reader);
  }

  onApplicationBootstrap(): void {
    if (!this.config.runsJobs()) return;
    this.started = true;
    this.publisher.onDurable(() => {
      for (const loop of this.loops) loop.nudge();
    });
    for (const reader of this.readers) this.start(reader);
  }

  async onModuleDestroy(): Promise<void> {
    this.started = false;
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** As the database has it, whichever process reads. */
  lags(): Promise<ReaderLag[]> {
    const now = performance.now();
    if (!this.latest || now - this.latest.at > REMEMBER_MS) this.latest = { at: now, lags: this.measure() };
    return this.latest.lags;
  }

  private start(reader: LogReader): void {
    const pollMs = this.config.mode === 'cluster' ? POLL_MS.cluster : POLL_MS.alone;
    this.loops.push(new LogReaderLoop(reader, this.repository, this.database, pollMs));
  }

  private async measure(): Promise<ReaderLag[]> {
    const lags: ReaderLag[] = [];
    for (const { name, from } of this.readers) {
      const { now, occurred_at } = await this.repository.peek(name, await this.repository.find(name, from));
      const seconds = occurred_at === null ? 0 : Math.max(0, now.getTime() - occurred_at.getTime()) / 1_000;
      metrics.logReaderLag.set({ reader: name }, seconds);
      metrics.logReaderSetAside.set({ reader: name }, await this.repository.countFailures(name));
      lags.push({ reader: name, seconds });
    }
    return lags;
  }
}

import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DueLoop } from '../../platform/common/due-loop.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { inSpan, tracer, type SpanOptions } from '../../platform/tracing/tracer.js';
import { RecoveriesRepository, type RecoveryRow } from './recoveries.repository.js';
import { RecoveryKinds } from './recovery-kinds.js';

const LOOK_MS = 1_000;
const AT_ONCE = 500;

/**
 * Sends again what recoveries ask for, a batch at a time: what is made and how far it has come are one transaction. So a process
 * that is killed leaves nothing half done, another one goes on, and nothing is sent twice.
 */
@Injectable()
export class RecoveryRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new DueLoop({ name: 'recoveries', lookMs: LOOK_MS, run: () => this.run() });

  constructor(
    private readonly repository: RecoveriesRepository,
    private readonly kinds: RecoveryKinds,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) this.loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  /** One was started: it only hastens. */
  raise(): void {
    this.loop.expect(0);
  }

  private async run(): Promise<number | null> {
    let dueMs = await this.repository.nextDue();
    while (this.loop.goesOn && dueMs !== null && dueMs <= 0) {
      // Somebody else has what is due.
      if (!(await this.batch())) return LOOK_MS;
      dueMs = await this.repository.nextDue();
    }
    return dueMs === null ? null : Math.max(1, Math.ceil(dueMs));
  }

  /** @returns whether there was one */
  private batch(): Promise<boolean> {
    return this.database.transaction(
      async (tx) => {
        const recovery = await this.repository.takeDue(tx);
        if (!recovery) return false;
        const limit = Math.min(AT_ONCE, recovery.rate_per_second);
        const goOn = () => this.kinds.get(recovery.kind).goOn(tx, recovery, limit);
        const progress = await (tracer === null ? goOn() : inSpan('recover deliveries', spanOf(recovery), goOn));
        await this.repository.progress(tx, recovery, progress);
        return true;
      },
      { retries: 5 },
    );
  }
}

/** A batch of it, in the trace of what asked for it. */
const spanOf = ({ client_id, id, traceparent }: RecoveryRow): SpanOptions => ({
  kind: 'internal',
  parent: traceparent,
  attributes: { 'chatapi.client_id': client_id, 'chatapi.recovery_id': id },
});

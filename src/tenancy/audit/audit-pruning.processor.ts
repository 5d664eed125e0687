import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Config } from '../../platform/config/config.js';
import { AuditRepository } from './audit.repository.js';

export const AUDIT_PRUNING_QUEUE = 'audit-pruning';

const AT_ONCE = 2_000;

/** Drops lines whose time is over. */
@Processor(AUDIT_PRUNING_QUEUE)
export class AuditPruningProcessor extends WorkerHost {
  constructor(
    private readonly audit: AuditRepository,
    private readonly config: Config,
  ) {
    super();
  }

  async process(): Promise<void> {
    while ((await this.audit.prune(this.config.auditKeptDays, AT_ONCE)) === AT_ONCE);
  }
}

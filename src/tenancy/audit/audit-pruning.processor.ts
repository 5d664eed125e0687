import { Config } from '../../platform/config/config.js';
import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { AuditRepository } from './audit.repository.js';

const AT_ONCE = 2_000;

/** Drops lines whose time is over. */
@Periodic({ name: 'audit-pruning', everyMs: 3_600_000 })
export class AuditPruningProcessor implements PeriodicWork {
  constructor(
    private readonly audit: AuditRepository,
    private readonly config: Config,
  ) {}

  async process(): Promise<void> {
    while ((await this.audit.prune(this.config.auditKeptDays, AT_ONCE)) === AT_ONCE);
  }
}

import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { SystemReport } from './system-report.js';

const STARTED_S = 60;

/** Once an hour, how the installation is: one line of the log, and the same as metrics of the process that looked. */
@Periodic({ name: 'system-report', everyMs: 3_600_000 })
export class SystemReportProcessor implements PeriodicWork {
  constructor(private readonly report: SystemReport) {}

  async process(): Promise<void> {
    const report = await this.report.make();
    for (const [figure, value] of Object.entries(report)) metrics.systemReport.set({ figure }, value);
    // A start that fails is to be told in one line.
    if (process.uptime() > STARTED_S) logger.info({ report }, 'system report');
  }
}

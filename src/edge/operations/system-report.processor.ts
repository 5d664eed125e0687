import { Processor, WorkerHost } from '@nestjs/bullmq';
import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { SystemReport } from './system-report.js';

export const SYSTEM_REPORT_QUEUE = 'system-report';

const STARTED_S = 60;

/** Once an hour, how the installation is: one line of the log, and the same as metrics of the process that looked. */
@Processor(SYSTEM_REPORT_QUEUE)
export class SystemReportProcessor extends WorkerHost {
  constructor(private readonly report: SystemReport) {
    super();
  }

  async process(): Promise<void> {
    const report = await this.report.make();
    for (const [figure, value] of Object.entries(report)) metrics.systemReport.set({ figure }, value);
    // A start that fails is to be told in one line.
    if (process.uptime() > STARTED_S) logger.info({ report }, 'system report');
  }
}

import { Processor, WorkerHost } from '@nestjs/bullmq';
import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { SystemReport } from './system-report.js';

export const SYSTEM_REPORT_QUEUE = 'system-report';

/** Once an hour, how the installation is: one line of the log, and the same as metrics of the process that looked. */
@Processor(SYSTEM_REPORT_QUEUE)
export class SystemReportProcessor extends WorkerHost {
  constructor(private readonly report: SystemReport) {
    super();
  }

  async process(): Promise<void> {
    const report = await this.report.make();
    for (const [figure, value] of Object.entries(report)) metrics.systemReport.set({ figure }, value);
    logger.info({ report }, 'system report');
  }
}

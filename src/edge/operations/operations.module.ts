import { Module } from '@nestjs/common';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { MetricsService } from './metrics.service.js';
import { QUEUE_HEALTH_QUEUE, QueueHealthProcessor } from './queue-health.processor.js';
import { SYSTEM_REPORT_QUEUE, SystemReportProcessor } from './system-report.processor.js';
import { SystemReport } from './system-report.js';

@Module({
  imports: [
    DeliveriesModule,
    registerQueue(QUEUE_HEALTH_QUEUE, { everyMs: 60_000 }),
    registerQueue(SYSTEM_REPORT_QUEUE, { everyMs: 3_600_000 }),
  ],
  controllers: [HealthController],
  providers: [HealthService, MetricsService, QueueHealthProcessor, SystemReport, SystemReportProcessor],
})
export class OperationsModule {}

import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { MetricsService } from './metrics.service.js';
import { QueueHealthProcessor } from './queue-health.processor.js';
import { QueueWatch } from './queue-watch.js';
import { SystemReportProcessor } from './system-report.processor.js';
import { SystemReport } from './system-report.js';

@Module({
  imports: [DeliveriesModule],
  controllers: [HealthController],
  providers: [HealthService, MetricsService, QueueHealthProcessor, QueueWatch, SystemReport, SystemReportProcessor],
})
export class OperationsModule {}

import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { EventsModule } from '../../engine/events/events.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { ActivityReader } from './activity.reader.js';
import { ActivityRepository } from './activity.repository.js';
import { AnalyticsController } from './analytics.controller.js';
import { AnalyticsPruningProcessor } from './analytics-pruning.processor.js';
import { AnalyticsRepository } from './analytics.repository.js';
import { AnalyticsService } from './analytics.service.js';
import { ConnectionSampling } from './connection-sampling.js';
import { ConnectionsRepository } from './connections.repository.js';
import { CountsFolding } from './counts-folding.js';
import { LedgerWatchProcessor } from './ledger-watch.processor.js';
import { ClientMetricsController } from './client-metrics.controller.js';
import { ClientMetrics } from './client-metrics.service.js';

/** Deliveries and messages in numbers, and the ledger that they add up to. */
@Module({
  imports: [DeliveriesModule, EventsModule, UsersModule],
  controllers: [AnalyticsController, ClientMetricsController],
  providers: [
    ActivityReader,
    ActivityRepository,
    AnalyticsPruningProcessor,
    AnalyticsRepository,
    AnalyticsService,
    ConnectionSampling,
    ConnectionsRepository,
    CountsFolding,
    ClientMetrics,
    LedgerWatchProcessor,
  ],
})
export class AnalyticsModule {}

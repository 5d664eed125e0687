import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BullModule } from '@nestjs/bullmq';
import { Config } from '../config/config.js';
import { RedisConnections } from '../database/redis.js';
import { JobRunner } from './job-runner.js';
import { queueOptions } from './job-queue.js';
import { FormerQueuesProcessor } from './former-queues.processor.js';
import { Housekeeping, HOUSEKEEPING_QUEUE } from './housekeeping.js';
import { HousekeepingProcessor } from './housekeeping.processor.js';
import { PartitionsProcessor } from './partitions.processor.js';
import { QueueBackend } from './queue.backend.js';
import { Queues } from './queues.js';
import { registerQueue } from './register-queue.js';
import { Schedules } from './schedules.js';

@Global()
@Module({
  providers: [{ provide: QueueBackend, useFactory: QueueBackend.of, inject: [Config, RedisConnections] }],
  exports: [QueueBackend],
})
class QueueBackendModule {}

/** BullMQ, on Redis where there is one and else on PostgreSQL, by way of `@nestjs/bullmq`. */
@Global()
@Module({
  imports: [
    DiscoveryModule,
    QueueBackendModule,
    BullModule.forRootAsync({
      inject: [QueueBackend],
      useFactory: async (backend: QueueBackend) => {
        await backend.prepare();
        return queueOptions(backend);
      },
      // Not every process runs jobs, and those that do begin once everything is initialized: see JobRunner.
      extraOptions: { manualRegistration: true },
    }),
    registerQueue(HOUSEKEEPING_QUEUE),
  ],
  providers: [
    FormerQueuesProcessor,
    Housekeeping,
    HousekeepingProcessor,
    JobRunner,
    PartitionsProcessor,
    Queues,
    Schedules,
  ],
  exports: [Queues],
})
export class QueueModule {}

import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BullModule } from '@nestjs/bullmq';
import { Config } from '../config/config.js';
import { RedisConnections } from '../database/redis.js';
import { JobRunner } from './job-runner.js';
import { queueOptions } from './job-queue.js';
import { PARTITIONS_QUEUE, PartitionsProcessor } from './partitions.processor.js';
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
    // Starts make partitions too: what stays up must not run out of days. Two weeks ahead leave room for many misses.
    registerQueue(PARTITIONS_QUEUE, { everyMs: 3_600_000 }),
  ],
  providers: [JobRunner, PartitionsProcessor, Queues, Schedules],
  exports: [Queues],
})
export class QueueModule {}

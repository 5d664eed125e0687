import { Global, Module } from '@nestjs/common';
import { PartitionKeeper } from './partition-keeper.js';
import { QueueService } from './queue.service.js';

@Global()
@Module({ providers: [QueueService, PartitionKeeper], exports: [QueueService] })
export class QueueModule {}

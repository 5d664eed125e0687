import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { InboundController } from './inbound.controller.js';
import { InboundDoor } from './inbound.door.js';
import { InboundEffects } from './inbound-effects.js';
import { InboundEventsService } from './inbound-events.service.js';
import { InboundLog } from './inbound.log.js';
import { InboundProcessor } from './inbound.processor.js';
import { INBOUND_QUEUE, InboundQueue } from './inbound.queue.js';
import { InboundRepository } from './inbound.repository.js';
import { InboundService } from './inbound.service.js';
import { INBOUND_SWEEP_QUEUE, InboundSweepProcessor, SWEEP_MS } from './inbound-sweep.processor.js';
import { InboundWorker } from './inbound-worker.js';
import { InboundWorkRepository } from './inbound-work.repository.js';
import { SourceEntity } from './source.entity.js';
import { SourceSecrets } from './source-secrets.js';
import { SourcesController } from './sources.controller.js';
import { SourcesRepository } from './sources.repository.js';
import { SourcesService } from './sources.service.js';

/** Inbound webhooks: where others' services send to, what came, and the way to what follows from it. */
@Module({
  imports: [
    TypeOrmModule.forFeature([SourceEntity]),
    registerQueue(INBOUND_QUEUE),
    registerQueue(INBOUND_SWEEP_QUEUE, { everyMs: SWEEP_MS }),
  ],
  controllers: [InboundController, SourcesController],
  providers: [
    InboundDoor,
    InboundEffects,
    InboundEventsService,
    InboundLog,
    InboundProcessor,
    InboundQueue,
    InboundRepository,
    InboundService,
    InboundSweepProcessor,
    InboundWorker,
    InboundWorkRepository,
    SourceSecrets,
    SourcesRepository,
    SourcesService,
  ],
  exports: [InboundEffects, SourcesService],
})
export class SourcesModule {}

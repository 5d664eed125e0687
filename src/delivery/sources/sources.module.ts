import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { ProviderEvents } from '../../engine/deliveries/told/provider-events.js';
import { InboundController } from './inbound.controller.js';
import { InboundDoor } from './inbound.door.js';
import { InboundEffects } from './inbound-effects.js';
import { InboundEventsService } from './inbound-events.service.js';
import { InboundLog } from './inbound.log.js';
import { InboundProcessor } from './inbound.processor.js';
import { INBOUND_QUEUE, InboundQueue } from './inbound.queue.js';
import { InboundRepository } from './inbound.repository.js';
import { InboundService } from './inbound.service.js';
import { InboundSweep } from './inbound-sweep.js';
import { InboundWorker } from './inbound-worker.js';
import { InboundWorkRepository } from './inbound-work.repository.js';
import { ProviderReports } from './provider-reports.js';
import { SourceEntity } from './source.entity.js';
import { SourceSecrets } from './source-secrets.js';
import { SourcesController } from './sources.controller.js';
import { SourcesRepository } from './sources.repository.js';
import { SourcesService } from './sources.service.js';

/** Inbound webhooks: where others' services send to, what came, and the way to what follows from it. */
@Module({
  imports: [TypeOrmModule.forFeature([SourceEntity]), registerQueue(INBOUND_QUEUE), DeliveriesModule],
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
    InboundSweep,
    InboundWorker,
    InboundWorkRepository,
    ProviderReports,
    SourceSecrets,
    SourcesRepository,
    SourcesService,
  ],
  exports: [InboundEffects, ProviderReports, SourcesService],
})
export class SourcesModule {
  constructor(effects: InboundEffects, reports: ProviderReports, providerEvents: ProviderEvents) {
    reports.register(providerEvents);
    effects.register(reports);
  }
}

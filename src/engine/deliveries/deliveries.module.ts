import { Module } from '@nestjs/common';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { EventsModule } from '../events/events.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { AttemptsService } from './attempts.service.js';
import { DeliveriesProcessor } from './deliveries.processor.js';
import * as deliveriesEvents from './deliveries.events.js';
import { DeliveriesReader } from './deliveries.reader.js';
import { DeliveriesReaderRepository } from './deliveries.reader.repository.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import { Dispatcher } from './dispatcher.js';
import { DueSignal } from './due-signal.js';
import { DispatcherRepository } from './dispatcher.repository.js';
import { DELIVERY_QUEUE } from './job-plan.js';
import { OldDeliveries } from './old-deliveries.js';
import { Sweeper } from './sweeper.js';
import { SweeperRepository } from './sweeper.repository.js';
import { Transitions } from './transitions.js';
import { Workers } from './workers.js';

@Module({
  imports: [EventsModule, UsersModule, ProvidersModule, registerQueue(DELIVERY_QUEUE)],
  providers: [
    AttemptsService,
    DeliveriesProcessor,
    DeliveriesReader,
    DeliveriesReaderRepository,
    DeliveriesRepository,
    DeliveriesService,
    Dispatcher,
    DispatcherRepository,
    DueSignal,
    OldDeliveries,
    Sweeper,
    SweeperRepository,
    Transitions,
    Workers,
    registerEvents(deliveriesEvents),
  ],
  exports: [DeliveriesReader, DeliveriesService, DueSignal, OldDeliveries, Transitions, Workers],
})
export class DeliveriesModule {}

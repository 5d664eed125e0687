import { Module } from '@nestjs/common';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { EventsModule } from '../events/events.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { SuppressionsModule } from '../suppressions/suppressions.module.js';
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
import { ProviderEvents } from './provider-events.js';
import { PROVIDER_EVENTS_QUEUE, ProviderEventsProcessor } from './provider-events.processor.js';
import { ProviderEventsRepository } from './provider-events.repository.js';
import { ProviderPoller } from './provider-poller.js';
import { ProviderPollsRepository } from './provider-polls.repository.js';
import { Screening } from './screening.js';
import { Sweeper } from './sweeper.js';
import { SweeperRepository } from './sweeper.repository.js';
import { Transitions } from './transitions.js';
import { Workers } from './workers.js';

@Module({
  imports: [
    EventsModule,
    UsersModule,
    ProvidersModule,
    SuppressionsModule,
    registerQueue(DELIVERY_QUEUE),
    registerQueue(PROVIDER_EVENTS_QUEUE, { everyMs: 15_000 }),
  ],
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
    ProviderEvents,
    ProviderEventsProcessor,
    ProviderEventsRepository,
    ProviderPoller,
    ProviderPollsRepository,
    Screening,
    Sweeper,
    SweeperRepository,
    Transitions,
    Workers,
    registerEvents(deliveriesEvents),
  ],
  exports: [DeliveriesReader, DeliveriesService, DueSignal, ProviderEvents, Transitions, Workers],
})
export class DeliveriesModule {}

import { Module } from '@nestjs/common';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { EventsModule } from '../events/events.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { SuppressionsModule } from '../suppressions/suppressions.module.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { Admission } from './admission.js';
import { AttemptsService } from './attempts.service.js';
import { Breakers } from './breakers.js';
import { BreakersRepository } from './breakers.repository.js';
import { DeliveriesProcessor } from './deliveries.processor.js';
import * as deliveriesEvents from './deliveries.events.js';
import { DeliveriesReader } from './deliveries.reader.js';
import { DeliveriesReaderRepository } from './deliveries.reader.repository.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { CountsCheckRepository } from './counts-check.repository.js';
import { DeliveryCountsRepository } from './delivery-counts.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryChanges } from './delivery-changes.js';
import { DeliveryChangesRepository } from './delivery-changes.repository.js';
import { Dispatcher } from './dispatcher.js';
import { DueSignal } from './due-signal.js';
import { DispatcherRepository } from './dispatcher.repository.js';
import { Handover } from './handover.js';
import { DELIVERY_QUEUE } from './job-plan.js';
import { ProviderLimits } from './provider-limits.js';
import { ProviderQuotas } from './provider-quotas.js';
import { Reconciler } from './reconciler.js';
import { Releases } from './releases.js';
import { Router } from './router.js';
import { Resends } from './resends.js';
import { ResendsRepository } from './resends.repository.js';
import { ProviderEvents } from './provider-events.js';
import { ProviderEventsProcessor } from './provider-events.processor.js';
import { ProviderEventsRepository } from './provider-events.repository.js';
import { ProviderPoller } from './provider-poller.js';
import { ProviderPollsRepository } from './provider-polls.repository.js';
import { Screening } from './screening.js';
import { LaneRates } from './lane-rates.js';
import { Lanes } from './lanes.js';
import { LanesRepository } from './lanes.repository.js';
import { OldDeliveries } from './old-deliveries.js';
import { Sweeper } from './sweeper.js';
import { SweeperRepository } from './sweeper.repository.js';
import { Transitions } from './transitions.js';
import { UsageRepository } from './usage.repository.js';
import { Workers } from './workers.js';

@Module({
  imports: [
    ClientsModule,
    EventsModule,
    UsersModule,
    ProvidersModule,
    SuppressionsModule,
    registerQueue(DELIVERY_QUEUE),
  ],
  providers: [
    Admission,
    AttemptsService,
    CountsCheckRepository,
    Breakers,
    BreakersRepository,
    DeliveriesProcessor,
    DeliveriesReader,
    DeliveriesReaderRepository,
    DeliveriesRepository,
    DeliveriesService,
    DeliveryChanges,
    DeliveryChangesRepository,
    DeliveryCountsRepository,
    Dispatcher,
    DispatcherRepository,
    DueSignal,
    Handover,
    ProviderQuotas,
    Reconciler,
    Releases,
    Router,
    Resends,
    ResendsRepository,
    ProviderEvents,
    ProviderEventsProcessor,
    ProviderEventsRepository,
    ProviderLimits,
    ProviderPoller,
    ProviderPollsRepository,
    Screening,
    LaneRates,
    Lanes,
    LanesRepository,
    OldDeliveries,
    Sweeper,
    SweeperRepository,
    Transitions,
    UsageRepository,
    Workers,
    registerEvents(deliveriesEvents),
  ],
  exports: [
    DeliveriesReader,
    DeliveriesService,
    DeliveryChanges,
    DeliveryCountsRepository,
    DueSignal,
    LaneRates,
    Lanes,
    OldDeliveries,
    ProviderEvents,
    ProviderQuotas,
    Resends,
    Router,
    Screening,
    Transitions,
    Workers,
  ],
})
export class DeliveriesModule {}

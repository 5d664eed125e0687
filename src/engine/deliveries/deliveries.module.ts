import { Module } from '@nestjs/common';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { EventsModule } from '../events/events.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { SuppressionsModule } from '../suppressions/suppressions.module.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { Admission } from './routing/admission.js';
import { AttemptsService } from './attempts/attempts.service.js';
import { Breakers } from './routing/breakers.js';
import { BreakersRepository } from './routing/breakers.repository.js';
import { DeliveriesProcessor } from './dispatch/deliveries.processor.js';
import * as deliveriesEvents from './deliveries.events.js';
import { DeliveriesReader } from './deliveries.reader.js';
import { DeliveriesReaderRepository } from './deliveries.reader.repository.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { CountsCheckRepository } from './upkeep/counts-check.repository.js';
import { DeliveryCountsRepository } from './delivery-counts.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryChanges } from './changes/delivery-changes.js';
import { DeliveryChangesRepository } from './changes/delivery-changes.repository.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { DueSignal } from './due-signal.js';
import { DispatcherRepository } from './dispatch/dispatcher.repository.js';
import { Handover } from './attempts/handover.js';
import { DELIVERY_QUEUE } from './dispatch/job-plan.js';
import { ProviderLimits } from './routing/provider-limits.js';
import { ProviderOutages } from './routing/provider-outages.js';
import { ProviderQuotas } from './routing/provider-quotas.js';
import { Reconciler } from './told/reconciler.js';
import { Releases } from './routing/releases.js';
import { Router } from './routing/router.js';
import { Resends } from './changes/resends.js';
import { ResendsRepository } from './changes/resends.repository.js';
import { ProviderEvents } from './told/provider-events.js';
import { ProviderEventsProcessor } from './told/provider-events.processor.js';
import { ProviderEventsRepository } from './told/provider-events.repository.js';
import { ProviderPoller } from './told/provider-poller.js';
import { ProviderPollsRepository } from './told/provider-polls.repository.js';
import { Screening } from './attempts/screening.js';
import { LaneRates } from './routing/lane-rates.js';
import { Lanes } from './dispatch/lanes.js';
import { LanesRepository } from './dispatch/lanes.repository.js';
import { OldDeliveries } from './upkeep/old-deliveries.js';
import { Sweeper } from './upkeep/sweeper.js';
import { SweeperRepository } from './upkeep/sweeper.repository.js';
import { Transitions } from './transitions.js';
import { UsageRepository } from './routing/usage.repository.js';
import { Workers } from './dispatch/workers.js';

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
    ProviderOutages,
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
    CountsCheckRepository,
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

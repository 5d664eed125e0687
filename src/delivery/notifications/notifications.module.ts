import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationEntity } from './notification.entity.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { ProvidersModule } from '../../engine/providers/providers.module.js';
import { SuppressionsModule } from '../../engine/suppressions/suppressions.module.js';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { OptOutsModule } from '../opt-outs/opt-outs.module.js';
import { RoomsModule } from '../../messaging/rooms/rooms.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { EventsModule } from '../../engine/events/events.module.js';
import { PresenceModule } from '../../messaging/presence/presence.module.js';
import { FallbackChains } from './fallback/fallback-chains.repository.js';
import { FallbackCircumstances } from './fallback/fallback-circumstances.js';
import { FallbackRunner } from './fallback/fallback-runner.js';
import { FallbackSteps } from './fallback/fallback-steps.js';
import { FallbackTurns } from './fallback/fallback-turns.js';
import { LateOptOuts } from './late-opt-outs.js';
import { LateOptOutsRepository } from './late-opt-outs.repository.js';
import { NotificationAcknowledgements } from './notification-acknowledgements.js';
import { NotificationChanges } from './notification-changes.js';
import { NotificationContents } from './notification-contents.js';
import { NotificationCounting } from './notification-counting.js';
import { NotificationCounters } from './notification-counters.repository.js';
import { NotificationDedup } from './notification-dedup.js';
import { NotificationDeliveries } from './notification-deliveries.js';
import { NotificationEnds } from './notification-ends.js';
import { NotificationMoves } from './notification-moves.js';
import { NotificationOrders } from './notification-orders.service.js';
import { NotificationPlanner } from './notification-planner.js';
import { NotificationProgress } from './notification-progress.js';
import { NotificationSets } from './notification-sets.js';
import { NotificationStarts } from './notification-starts.js';
import { NotificationsPruningProcessor } from './notifications-pruning.processor.js';
import { NotificationsController } from './notifications.controller.js';
import * as notificationsEvents from './notifications.events.js';
import { NotificationsReader } from './notifications.reader.js';
import { NewNotificationsRepository } from './new-notifications.repository.js';
import { NotificationsRepository } from './notifications.repository.js';
import { NotificationsService } from './notifications.service.js';
import { NotificationsSocket } from './notifications.socket.js';
import { NotificationsWriter } from './notifications.writer.js';
import { OldNotificationsRepository } from './old-notifications.repository.js';
import { Recipients } from './recipients.js';
import { Simulation } from './simulation.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([NotificationEntity]),
    ProvidersModule,
    SuppressionsModule,
    DeliveriesModule,
    EventsModule,
    OptOutsModule,
    PresenceModule,
    RoomsModule,
    UsersModule,
  ],
  controllers: [NotificationsController],
  providers: [
    LateOptOuts,
    LateOptOutsRepository,
    FallbackChains,
    FallbackCircumstances,
    FallbackRunner,
    FallbackSteps,
    FallbackTurns,
    NotificationAcknowledgements,
    NotificationChanges,
    NotificationContents,
    NotificationCounters,
    NotificationCounting,
    NotificationDedup,
    NotificationDeliveries,
    NotificationEnds,
    NotificationMoves,
    NotificationOrders,
    NotificationPlanner,
    NotificationProgress,
    NotificationSets,
    NotificationStarts,
    NotificationsPruningProcessor,
    NotificationsReader,
    NotificationsRepository,
    NewNotificationsRepository,
    NotificationsService,
    NotificationsSocket,
    NotificationsWriter,
    OldNotificationsRepository,
    Recipients,
    Simulation,
    registerEvents(notificationsEvents),
  ],
  exports: [NotificationPlanner, NotificationsReader, NotificationsService],
})
export class NotificationsModule {}

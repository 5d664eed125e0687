import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationEntity } from './notification.entity.js';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { ProvidersModule } from '../../engine/providers/providers.module.js';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { RoomsModule } from '../../messaging/rooms/rooms.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { NotificationDeliveries } from './notification-deliveries.js';
import { NOTIFICATIONS_PRUNING_QUEUE, NotificationsPruningProcessor } from './notifications-pruning.processor.js';
import { NotificationsController } from './notifications.controller.js';
import * as notificationsEvents from './notifications.events.js';
import { NotificationsReader } from './notifications.reader.js';
import { NotificationsRepository } from './notifications.repository.js';
import { NotificationsService } from './notifications.service.js';
import { NotificationsSocket } from './notifications.socket.js';
import { NotificationsWriter } from './notifications.writer.js';
import { OldNotificationsRepository } from './old-notifications.repository.js';
import { Recipients } from './recipients.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([NotificationEntity]),
    registerQueue(NOTIFICATIONS_PRUNING_QUEUE, { everyMs: 3_600_000 }),
    ProvidersModule,
    DeliveriesModule,
    RoomsModule,
    UsersModule,
  ],
  controllers: [NotificationsController],
  providers: [
    NotificationDeliveries,
    NotificationsPruningProcessor,
    NotificationsReader,
    NotificationsRepository,
    NotificationsService,
    NotificationsSocket,
    NotificationsWriter,
    OldNotificationsRepository,
    Recipients,
    registerEvents(notificationsEvents),
  ],
  exports: [NotificationsService],
})
export class NotificationsModule {}

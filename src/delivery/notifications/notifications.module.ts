import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationEntity } from './notification.entity.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { ProvidersModule } from '../../engine/providers/providers.module.js';
import { SuppressionsModule } from '../../engine/suppressions/suppressions.module.js';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { RoomsModule } from '../../messaging/rooms/rooms.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { NotificationDeliveries } from './notification-deliveries.js';
import { NotificationsController } from './notifications.controller.js';
import * as notificationsEvents from './notifications.events.js';
import { NotificationsReader } from './notifications.reader.js';
import { NotificationsRepository } from './notifications.repository.js';
import { NotificationsService } from './notifications.service.js';
import { NotificationsSocket } from './notifications.socket.js';
import { NotificationsWriter } from './notifications.writer.js';
import { Recipients } from './recipients.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([NotificationEntity]),
    ProvidersModule,
    SuppressionsModule,
    DeliveriesModule,
    RoomsModule,
    UsersModule,
  ],
  controllers: [NotificationsController],
  providers: [
    NotificationDeliveries,
    NotificationsReader,
    NotificationsRepository,
    NotificationsService,
    NotificationsSocket,
    NotificationsWriter,
    Recipients,
    registerEvents(notificationsEvents),
  ],
  exports: [NotificationsService],
})
export class NotificationsModule {}

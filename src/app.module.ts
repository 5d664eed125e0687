import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ClientsModule } from './clients/clients.module.js';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DeliveriesModule } from './deliveries/deliveries.module.js';
import { EventsModule } from './events/events.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { ProvidersModule } from './providers/providers.module.js';
import { QueueModule } from './queue/queue.module.js';
import { RealtimeModule } from './realtime/realtime.module.js';
import { RoomsModule } from './rooms/rooms.module.js';
import { UsersModule } from './users/users.module.js';

/** The whole application: every room in the house's order. */
@Module({})
export class AppModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule,
        QueueModule,
        RealtimeModule,
        ClientsModule,
        UsersModule,
        EventsModule,
        ProvidersModule,
        DeliveriesModule,
        RoomsModule,
        MessagesModule,
        NotificationsModule,
        OperationsModule,
        GatewayModule,
      ],
    };
  }
}

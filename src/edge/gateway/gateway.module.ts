import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { MessagesModule } from '../../messaging/messages/messages.module.js';
import { NotificationsModule } from '../../delivery/notifications/notifications.module.js';
import { RoomsModule } from '../../messaging/rooms/rooms.module.js';
import { SyncModule } from '../../messaging/sync/sync.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { Dispatcher } from './dispatcher.js';
import * as gatewayEvents from './gateway.events.js';
import { Gateway } from './gateway.js';
import { Handshake } from './handshake.js';
import { Heads } from './heads.js';
import { Keeper } from './keeper.js';
import { KeyExchange } from './key-exchange.js';
import { MessageEvents } from './message.events.js';
import { SessionEvents } from './session.events.js';
import { Subscriptions } from './subscriptions.js';

@Module({
  imports: [UsersModule, RoomsModule, SyncModule, MessagesModule, NotificationsModule],
  providers: [
    Gateway,
    Handshake,
    KeyExchange,
    Subscriptions,
    Dispatcher,
    MessageEvents,
    SessionEvents,
    Keeper,
    Heads,
    registerEvents(gatewayEvents),
  ],
})
export class GatewayModule {}

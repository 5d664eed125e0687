import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../../platform/config/config.js';
import { SyncModule } from '../../messaging/sync/sync.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { SocketDispatcher } from './socket-dispatcher.js';
import { Departure } from './departure.js';
import { DatabaseClock } from './database-clock.js';
import * as gatewayEvents from './gateway.events.js';
import { GatewaySocket } from './gateway.socket.js';
import { Handshake } from './handshake.js';
import { Heads } from './heads.js';
import { Keeper } from './keeper.js';
import { KeyExchange } from './key-exchange.js';
import { LimitsFollower } from './limits-follower.js';
import { MembershipWatch } from './membership-watch.js';
import { NodeSessions } from './node-sessions.js';
import { RawDoor } from './raw-websocket.door.js';
import { RawWebSocketGateway } from './raw-websocket.gateway.js';
import { SessionStart } from './session-start.js';
import { Sessions } from './session.js';
import { SocketIoGateway } from './socket-io.gateway.js';
import { Subscriptions } from './subscriptions.js';

/** Connections of clients, where the API is served: a worker takes none, it only emits. */
@Module({})
export class GatewayModule {
  static forRoot(config: Config): DynamicModule {
    if (!config.servesApi()) return { module: GatewayModule };
    return {
      module: GatewayModule,
      imports: [UsersModule, SyncModule],
      providers: [
        { provide: Sessions, useClass: NodeSessions },
        SocketIoGateway,
        RawWebSocketGateway,
        RawDoor,
        SessionStart,
        DatabaseClock,
        Departure,
        GatewaySocket,
        Handshake,
        KeyExchange,
        LimitsFollower,
        MembershipWatch,
        Subscriptions,
        SocketDispatcher,
        Keeper,
        Heads,
        registerEvents(gatewayEvents),
      ],
    };
  }
}

import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { NotificationsModule } from '../../delivery/notifications/notifications.module.js';
import { InvitationsModule } from '../../messaging/invitations/invitations.module.js';
import { LifecycleModule } from '../../messaging/lifecycle/lifecycle.module.js';
import { MembersModule } from '../../messaging/members/members.module.js';
import { MessagesModule } from '../../messaging/messages/messages.module.js';
import { PresenceModule } from '../../messaging/presence/presence.module.js';
import { RoomsModule } from '../../messaging/rooms/rooms.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { InvitesWays } from './invites.ways.js';
import { LegacyDoor } from './legacy.door.js';
import { LegacyRoutes } from './legacy.routes.js';
import { LegacySessions } from './legacy.sessions.js';
import { MessagesWays } from './messages.ways.js';
import { NotificationsWays } from './notifications.ways.js';
import { RoomsWays } from './rooms.ways.js';
import { UpWords } from './up.words.js';

/** For callers of ChatAPI's first version: their words, over the same services. docs/migrating.md lists what becomes what. */
@Module({
  imports: [
    InvitationsModule,
    LifecycleModule,
    MembersModule,
    MessagesModule,
    NotificationsModule,
    PresenceModule,
    RoomsModule,
    UsersModule,
  ],
  providers: [
    InvitesWays,
    LegacyDoor,
    { provide: APP_GUARD, useExisting: LegacyDoor },
    LegacyRoutes,
    LegacySessions,
    MessagesWays,
    NotificationsWays,
    RoomsWays,
    UpWords,
  ],
})
export class LegacyModule {}

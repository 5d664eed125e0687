import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Config } from './platform/config/config.js';
// The order of the house, from the ground up: a folder imports only from those above it here (npm run boundaries).
import { ConfigModule } from './platform/config/config.module.js';
import { TracingModule } from './platform/tracing/tracing.module.js';
import { CommonModule } from './platform/common/common.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { QueueModule } from './platform/queue/queue.module.js';
import { ExpressionsModule } from './platform/expressions/expressions.module.js';
import { RealtimeModule } from './platform/realtime/realtime.module.js';
import { AccessModule } from './tenancy/access/access.module.js';
import { IdempotencyModule } from './tenancy/idempotency/idempotency.module.js';
import { AuditModule } from './tenancy/audit/audit.module.js';
import { ClientsModule } from './tenancy/clients/clients.module.js';
import { KeysModule } from './tenancy/keys/keys.module.js';
import { UsersModule } from './tenancy/users/users.module.js';
import { EventsModule } from './engine/events/events.module.js';
import { ProvidersModule } from './engine/providers/providers.module.js';
import { SmtpModule } from './engine/providers/smtp/smtp.module.js';
import { MailgunModule } from './engine/providers/mailgun/mailgun.module.js';
import { WebsocketModule } from './engine/providers/websocket/websocket.module.js';
import { WebhookModule } from './engine/providers/webhook/webhook.module.js';
import { MailboxModule } from './engine/providers/mailbox/mailbox.module.js';
import { SuppressionsModule } from './engine/suppressions/suppressions.module.js';
import { DeliveriesModule } from './engine/deliveries/deliveries.module.js';
import { UnsubscribeModule } from './engine/unsubscribe/unsubscribe.module.js';
import { RoomsModule } from './messaging/rooms/rooms.module.js';
import { MembersModule } from './messaging/members/members.module.js';
import { InvitationsModule } from './messaging/invitations/invitations.module.js';
import { LifecycleModule } from './messaging/lifecycle/lifecycle.module.js';
import { MessagesModule } from './messaging/messages/messages.module.js';
import { TruncationModule } from './messaging/truncation/truncation.module.js';
import { ReceiptsModule } from './messaging/receipts/receipts.module.js';
import { SearchModule } from './messaging/search/search.module.js';
import { RoomQueryModule } from './messaging/room-query/room-query.module.js';
import { ReactionsModule } from './messaging/reactions/reactions.module.js';
import { PinsModule } from './messaging/pins/pins.module.js';
import { ThreadsModule } from './messaging/threads/threads.module.js';
import { ScheduledModule } from './messaging/scheduled/scheduled.module.js';
import { ModerationModule } from './messaging/moderation/moderation.module.js';
import { LinkPreviewsModule } from './messaging/link-previews/link-previews.module.js';
import { SyncModule } from './messaging/sync/sync.module.js';
import { PresenceModule } from './messaging/presence/presence.module.js';
import { OptOutsModule } from './delivery/opt-outs/opt-outs.module.js';
import { NotificationsModule } from './delivery/notifications/notifications.module.js';
import { SourcesModule } from './delivery/sources/sources.module.js';
import { RulesModule } from './delivery/rules/rules.module.js';
import { AnalyticsModule } from './delivery/analytics/analytics.module.js';
import { RecoveriesModule } from './delivery/recoveries/recoveries.module.js';
import { WebhooksModule } from './delivery/webhooks/webhooks.module.js';
import { OperationsModule } from './edge/operations/operations.module.js';
import { DevelopmentModule } from './edge/development/development.module.js';
import { GatewayModule } from './edge/gateway/gateway.module.js';
import { LegacyModule } from './edge/legacy/legacy.module.js';

/** The whole application. A feature is one folder and two lines here: its import, and its place in the list. */
@Module({})
export class AppModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        TracingModule,
        CommonModule,
        DatabaseModule,
        QueueModule,
        ExpressionsModule,
        RealtimeModule,
        AccessModule,
        IdempotencyModule,
        AuditModule,
        ClientsModule,
        KeysModule,
        UsersModule,
        EventsModule,
        ProvidersModule,
        SmtpModule,
        MailgunModule,
        WebsocketModule,
        WebhookModule,
        MailboxModule,
        SuppressionsModule,
        DeliveriesModule,
        UnsubscribeModule,
        RoomsModule,
        MembersModule,
        InvitationsModule,
        LifecycleModule,
        MessagesModule,
        TruncationModule,
        ReceiptsModule,
        SearchModule,
        RoomQueryModule,
        ReactionsModule,
        PinsModule,
        ThreadsModule,
        ScheduledModule,
        ModerationModule,
        LinkPreviewsModule,
        SyncModule,
        PresenceModule,
        OptOutsModule,
        NotificationsModule,
        SourcesModule,
        RulesModule,
        AnalyticsModule,
        RecoveriesModule,
        WebhooksModule,
        OperationsModule,
        DevelopmentModule,
        GatewayModule.forRoot(config),
        LegacyModule,
      ],
    };
  }
}

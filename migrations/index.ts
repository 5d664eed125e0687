import { Foundation1764000000000 } from './1764000000000-foundation.js';
import { Messaging1764000100000 } from './1764000100000-messaging.js';
import { Presence1764000200000 } from './1764000200000-presence.js';
import { Search1764000300000 } from './1764000300000-search.js';
import { LogReaders1764000310000 } from './1764000310000-log-readers.js';
import { Lifecycle1764000400000 } from './1764000400000-lifecycle.js';
import { RoomQuery1764000410000 } from './1764000410000-room-query.js';
import { Invitations1764000500000 } from './1764000500000-invitations.js';
import { Reactions1764000600000 } from './1764000600000-reactions.js';
import { Threads1764000610000 } from './1764000610000-threads.js';
import { Scheduled1764000620000 } from './1764000620000-scheduled.js';
import { Moderation1764000700000 } from './1764000700000-moderation.js';
import { Truncation1764100200000 } from './1764100200000-truncation.js';
import { ShownText1764100210000 } from './1764100210000-shown-text.js';
import { MembersByUser1764100220000 } from './1764100220000-members-by-user.js';
import { ShadowedReplies1764100230000 } from './1764100230000-shadowed-replies.js';
import { Routing1764200000000 } from './1764200000000-routing.js';
import { Suppressions1764300000000 } from './1764300000000-suppressions.js';
import { ProviderEvents1764300010000 } from './1764300010000-provider-events.js';
import { NotificationOrders1764400000000 } from './1764400000000-notification-orders.js';
import { NotificationFallbacks1764400010000 } from './1764400010000-notification-fallbacks.js';
import { Recoveries1764400020000 } from './1764400020000-recoveries.js';
import { OptOuts1764400030000 } from './1764400030000-opt-outs.js';
import { Webhooks1764500000000 } from './1764500000000-webhooks.js';
import { Sources1764600000000 } from './1764600000000-sources.js';
import { Rules1764600010000 } from './1764600010000-rules.js';
import { Analytics1764700000000 } from './1764700000000-analytics.js';
import { Audit1764700010000 } from './1764700010000-audit.js';
import { ProviderTurns1764700010020 } from './1764700010020-provider-turns.js';
import { EndpointRecoveries1764700010030 } from './1764700010030-endpoint-recoveries.js';
import { CategoryOptOuts1764700010031 } from './1764700010031-category-opt-outs.js';
import { DeliveryHistograms1764800000000 } from './1764800000000-delivery-histograms.js';
import { SuspendedClients1764800010000 } from './1764800010000-suspended-clients.js';
import { RuleHops1764900010000 } from './1764900010000-rule-hops.js';
import { DeadLetters1764900020000 } from './1764900020000-dead-letters.js';
import { LinkKeys1764900030000 } from './1764900030000-link-keys.js';
import { RollupSpans1764900050000 } from './1764900050000-rollup-spans.js';
import { DeliveriesByAddress1764900050010 } from './1764900050010-deliveries-by-address.js';
import { CancelReasons1764900080000 } from './1764900080000-cancel-reasons.js';
import { Traces1764900090000 } from './1764900090000-traces.js';
import { KeptTraces1764900100000 } from './1764900100000-kept-traces.js';
import { RotatedKeys1764900110000 } from './1764900110000-rotated-keys.js';
import { SaidRevs1764900120000 } from './1764900120000-said-revs.js';

/** In order. Classes, not globs: what is not named here does not run. */
// prettier-ignore
export const MIGRATIONS = [
  Foundation1764000000000,
  Messaging1764000100000,
  Presence1764000200000,
  Search1764000300000,
  LogReaders1764000310000,
  Lifecycle1764000400000,
  RoomQuery1764000410000,
  Invitations1764000500000,
  Reactions1764000600000,
  Threads1764000610000,
  Scheduled1764000620000,
  Moderation1764000700000,
  Truncation1764100200000,
  ShownText1764100210000,
  MembersByUser1764100220000,
  ShadowedReplies1764100230000,
  Routing1764200000000,
  Suppressions1764300000000,
  ProviderEvents1764300010000,
  NotificationOrders1764400000000,
  NotificationFallbacks1764400010000,
  Recoveries1764400020000,
  OptOuts1764400030000,
  Webhooks1764500000000,
  Sources1764600000000,
  Rules1764600010000,
  Analytics1764700000000,
  Audit1764700010000,
  ProviderTurns1764700010020,
  EndpointRecoveries1764700010030,
  CategoryOptOuts1764700010031,
  DeliveryHistograms1764800000000,
  SuspendedClients1764800010000,
  RuleHops1764900010000,
  DeadLetters1764900020000,
  LinkKeys1764900030000,
  RollupSpans1764900050000,
  DeliveriesByAddress1764900050010,
  CancelReasons1764900080000,
  Traces1764900090000,
  KeptTraces1764900100000,
  RotatedKeys1764900110000,
  SaidRevs1764900120000,
];

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MembersModule } from '../../messaging/members/members.module.js';
import { MessagesModule } from '../../messaging/messages/messages.module.js';
import { RoomsModule } from '../../messaging/rooms/rooms.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { InboundEffects } from '../sources/inbound-effects.js';
import { SourcesModule } from '../sources/sources.module.js';
import { RuleActions } from './rule-actions.js';
import { RuleCheck } from './rule-check.js';
import { RuleEntity } from './rule.entity.js';
import { RuleHops } from './rule-hops.js';
import { RuleEvaluation } from './rule-evaluation.js';
import { RuleRehearsal } from './rule-rehearsal.js';
import { RuleRuns } from './rule-runs.js';
import { RuleTestsService } from './rule-tests.service.js';
import { RulesController } from './rules.controller.js';
import { RulesRepository } from './rules.repository.js';
import { RulesService } from './rules.service.js';

/** What events of sources cause: rooms, members, messages and notifications, by the services that REST calls too. */
@Module({
  imports: [
    TypeOrmModule.forFeature([RuleEntity]),
    MembersModule,
    MessagesModule,
    NotificationsModule,
    RoomsModule,
    SourcesModule,
  ],
  controllers: [RulesController],
  providers: [
    RuleActions,
    RuleCheck,
    RuleEvaluation,
    RuleHops,
    RuleRehearsal,
    RuleRuns,
    RuleTestsService,
    RulesRepository,
    RulesService,
  ],
  exports: [RuleHops],
})
export class RulesModule {
  constructor(effects: InboundEffects, rules: RuleRuns) {
    effects.register(rules);
  }
}

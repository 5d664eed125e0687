import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PreSends } from '../messages/pre-send.js';
import { BlocksController } from './blocks/blocks.controller.js';
import * as blocksEvents from './blocks/blocks.events.js';
import { BlocksService } from './blocks/blocks.service.js';
import { FlagsTaking } from './reports/flags-taking.js';
import { HookClient } from './hook/hook-client.js';
import { HookController } from './hook/hook.controller.js';
import { HookPreSend } from './hook/hook.pre-send.js';
import { HookService } from './hook/hook.service.js';
import { KnownLists } from './word-lists/known-lists.js';
import { Refusals } from './refusals.service.js';
import { ReportsController } from './reports/reports.controller.js';
import * as reportsEvents from './reports/reports.events.js';
import { ReportsRepository } from './reports/reports.repository.js';
import { ReportsService } from './reports/reports.service.js';
import { SendTargetsRepository } from './send-targets.repository.js';
import { WordListsController } from './word-lists/word-lists.controller.js';
import { WordListsPreSend } from './word-lists/word-lists.pre-send.js';
import { WordListsRepository } from './word-lists/word-lists.repository.js';
import { WordListsService } from './word-lists/word-lists.service.js';

/** What keeps people apart, and words out. */
@Module({
  imports: [MessagesModule, UsersModule],
  controllers: [BlocksController, HookController, ReportsController, WordListsController],
  providers: [
    BlocksService,
    FlagsTaking,
    HookClient,
    HookPreSend,
    HookService,
    KnownLists,
    Refusals,
    registerEvents(blocksEvents),
    registerEvents(reportsEvents),
    ReportsRepository,
    ReportsService,
    SendTargetsRepository,
    WordListsPreSend,
    WordListsRepository,
    WordListsService,
  ],
})
export class ModerationModule {
  constructor(preSends: PreSends, lists: WordListsPreSend, hook: HookPreSend) {
    preSends.register(lists);
    preSends.register(hook);
  }
}

import { Module } from '@nestjs/common';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PreSends } from '../messages/pre-send.js';
import { BlocksController } from './blocks.controller.js';
import * as blocksEvents from './blocks.events.js';
import { BlocksService } from './blocks.service.js';
import { FLAGS_TAKING_QUEUE, FlagsTakingProcessor } from './flags-taking.processor.js';
import { HookClient } from './hook-client.js';
import { HookController } from './hook.controller.js';
import { HookPreSend } from './hook.pre-send.js';
import { HookService } from './hook.service.js';
import { KnownLists } from './known-lists.js';
import { Refusals } from './refusals.service.js';
import { ReportsController } from './reports.controller.js';
import * as reportsEvents from './reports.events.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';
import { SendTargetsRepository } from './send-targets.repository.js';
import { WordListsController } from './word-lists.controller.js';
import { WordListsPreSend } from './word-lists.pre-send.js';
import { WordListsRepository } from './word-lists.repository.js';
import { WordListsService } from './word-lists.service.js';

/** What keeps people apart, and words out. */
@Module({
  imports: [registerQueue(FLAGS_TAKING_QUEUE, { everyMs: 5_000 }), MessagesModule, UsersModule],
  controllers: [BlocksController, HookController, ReportsController, WordListsController],
  providers: [
    BlocksService,
    FlagsTakingProcessor,
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

import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { RoomPurge } from '../rooms/room-purge.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { AppendRepository } from './append/append.repository.js';
import { BatchRunner } from './append/batch-runner.js';
import { GatheredSend } from './append/gathered-send.js';
import { ChangesController } from './changes/changes.controller.js';
import { ChangesRepository } from './changes/changes.repository.js';
import { ChangesService } from './changes/changes.service.js';
import { DeletionsService } from './changes/deletions.service.js';
import { EditsService } from './changes/edits.service.js';
import { FlagsRepository } from './flags.repository.js';
import { MessageAnnouncer } from './changes/message-announcer.js';
import { MessagesPurgingProcessor } from './changes/messages-purging.processor.js';
import { VersionsService } from './changes/versions.service.js';
import { MentionsService } from './mentions.service.js';
import { MessageParts } from './message-parts.js';
import { MessageRemains } from './changes/message-remains.js';
import { MessageViews } from './message-views.js';
import { MessagesController } from './messages.controller.js';
import { MessagesPurge } from './messages.purge.js';
import { MessagesHydrator } from './messages.hydrator.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';
import * as messagesEvents from './messages.events.js';
import { MessagesSocket } from './messages.socket.js';
import { PreSends } from './pre-send.js';
import { QuotesService } from './quotes.service.js';
import { SendingService } from './sending.service.js';

/** Messages: written in gathered batches, read in pages. */
@Module({
  imports: [ClientsModule, RoomsModule],
  controllers: [MessagesController, ChangesController],
  providers: [
    AppendRepository,
    BatchRunner,
    ChangesRepository,
    ChangesService,
    DeletionsService,
    EditsService,
    FlagsRepository,
    GatheredSend,
    MentionsService,
    MessageParts,
    MessageRemains,
    MessageAnnouncer,
    MessageViews,
    MessagesHydrator,
    MessagesPurgingProcessor,
    MessagesPurge,
    MessagesRepository,
    MessagesService,
    registerEvents(messagesEvents),
    MessagesSocket,
    PreSends,
    QuotesService,
    SendingService,
    VersionsService,
  ],
  exports: [
    ChangesRepository,
    ChangesService,
    FlagsRepository,
    MentionsService,
    MessageParts,
    MessageRemains,
    MessageViews,
    MessagesService,
    PreSends,
    SendingService,
  ],
})
export class MessagesModule {
  constructor(purge: RoomPurge, messages: MessagesPurge) {
    purge.register(messages);
  }
}

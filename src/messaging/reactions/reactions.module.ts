import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MessageRemains } from '../messages/changes/message-remains.js';
import { MessagesModule } from '../messages/messages.module.js';
import { ReactionsController } from './reactions.controller.js';
import * as reactionsEvents from './reactions.events.js';
import { ReactionsHydrator } from './reactions.hydrator.js';
import { ReactionParts } from './reactions.parts.js';
import { ReactionsRepository } from './reactions.repository.js';
import { ReactionsService } from './reactions.service.js';
import { ReactionsSocket } from './reactions.socket.js';

/** Reactions to messages. */
@Module({
  imports: [MessagesModule, UsersModule],
  controllers: [ReactionsController],
  providers: [
    ReactionParts,
    ReactionsHydrator,
    ReactionsRepository,
    ReactionsService,
    registerEvents(reactionsEvents),
    ReactionsSocket,
  ],
})
export class ReactionsModule {
  constructor(remains: MessageRemains, reactions: ReactionsRepository) {
    remains.register(reactions);
  }
}

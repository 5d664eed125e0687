import { Module } from '@nestjs/common';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MessageRemains } from '../messages/changes/message-remains.js';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { SearchController } from './search.controller.js';
import { SearchIndexRepository } from './search-index.repository.js';
import { SearchReader } from './search.reader.js';
import { SearchRepository } from './search.repository.js';
import { SearchService } from './search.service.js';

/** Messages, found by what they say. */
@Module({
  imports: [MessagesModule, RoomsModule, UsersModule],
  controllers: [SearchController],
  providers: [SearchIndexRepository, SearchReader, SearchRepository, SearchService],
})
export class SearchModule {
  constructor(remains: MessageRemains, index: SearchIndexRepository) {
    remains.register(index);
  }
}

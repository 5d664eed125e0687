import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { LoggedEvent, LogReader } from '../../engine/events/log-reader.js';
import { LogReaders } from '../../engine/events/log-readers.js';
import { messageCreated, messageDeleted, messageUpdated } from '../messages/messages.events.js';
import { SearchIndexRepository } from './search-index.repository.js';

/**
 * Fills the index from the log: it reads the message that an event tells of as it is now, so that neither the order of events
 * nor their number matters.
 */
@Injectable()
export class SearchReader implements LogReader<'subject_id'>, OnModuleInit {
  readonly name = 'search';
  readonly types = [messageCreated.type, messageUpdated.type, messageDeleted.type];
  readonly columns = ['subject_id'] as const;
  readonly from = 'beginning';
  readonly batch = 1_000;
  /** Search may be some seconds late: what is sent meanwhile is taken in together, which costs a fraction. */
  readonly gatherMs = 400;

  constructor(
    private readonly index: SearchIndexRepository,
    private readonly readers: LogReaders,
  ) {}

  onModuleInit(): void {
    this.readers.register(this);
  }

  async handle(tx: Tx, events: readonly LoggedEvent<'subject_id'>[]): Promise<void> {
    await this.index.refresh(
      tx,
      events.map(({ client_id, subject_id }) => ({ client_id, id: subject_id! })),
    );
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { EventsService } from '../../engine/events/events.service.js';
import type { LoggedEvent, LogReader } from '../../engine/events/log-reader.js';
import { LogReaders } from '../../engine/events/log-readers.js';
import { newEvent } from '../../engine/events/new-event.js';
import { messageCreated } from '../messages/messages.events.js';
import { threadSubscribed } from './threads.events.js';
import { ThreadsNews } from './threads.news.js';
import { ThreadsRepository } from './threads.repository.js';

/** Has people follow threads by what was said in them: after the send, which it must not slow, and by the log, so that nothing is lost. */
@Injectable()
export class ThreadsReader implements LogReader<'subject_id'>, OnModuleInit {
  readonly name = 'threads';
  readonly types = [messageCreated.type];
  /** Replies have it in their event. */
  readonly where = `data ? 'thread_id'`;
  readonly columns = ['subject_id'] as const;
  readonly from = 'beginning';
  readonly batch = 1_000;
  /** What is sent meanwhile is taken in together, which costs a fraction. */
  readonly gatherMs = 200;

  constructor(
    private readonly repository: ThreadsRepository,
    private readonly events: EventsService,
    private readonly news: ThreadsNews,
    private readonly readers: LogReaders,
  ) {}

  onModuleInit(): void {
    this.readers.register(this);
  }

  async handle(tx: Tx, rows: readonly LoggedEvent<'subject_id'>[]): Promise<void> {
    const replies = await this.repository.findReplies(
      tx,
      rows.map(({ client_id, subject_id }) => ({ client_id, id: subject_id! })),
    );
    if (replies.length === 0) return;
    const fresh = await this.repository.follow(tx, replies);
    const told = await this.events.append(
      tx,
      fresh.map(({ client_id, user_pk, room_id, thread_id }) =>
        newEvent({
          event: threadSubscribed,
          client_id,
          stream: { type: 'user', id: user_pk },
          room_id,
          subject_id: thread_id,
          actor: { id: null, type: 'system' },
          data: { room_id, thread_id },
        }),
      ),
    );
    tx.afterCommit(() => {
      void this.events.publish(told).then(() => this.news.replied(replies));
    });
  }
}

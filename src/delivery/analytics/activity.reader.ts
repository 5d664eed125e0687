import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { BUCKET_MS } from '../../engine/deliveries/delivery-counts.js';
import type { LoggedEvent, LogReader } from '../../engine/events/log-reader.js';
import { LogReaders } from '../../engine/events/log-readers.js';
import { messageCreated } from '../../messaging/messages/messages.events.js';
import { ActivityRepository, type MessageActivity } from './activity.repository.js';

type Seen = LoggedEvent<'actor_pk' | 'room_id'>;

/** Counts messages from the log, so that the send does not. */
@Injectable()
export class ActivityReader implements LogReader<'actor_pk' | 'room_id'>, OnModuleInit {
  readonly name = 'activity';
  readonly types = [messageCreated.type];
  readonly columns = ['actor_pk', 'room_id'] as const;
  readonly from = 'beginning';
  readonly batch = 5_000;
  /** The longer it waits, the fewer rows there are to write for the same messages. */
  readonly gatherMs = 2_000;

  constructor(
    private readonly repository: ActivityRepository,
    private readonly readers: LogReaders,
  ) {}

  onModuleInit(): void {
    this.readers.register(this);
  }

  async handle(tx: Tx, events: readonly Seen[]): Promise<void> {
    await this.repository.add(tx, activityOf(events));
  }
}

/** One for each bucket and client, user and room. */
export function activityOf(events: readonly Seen[]): MessageActivity[] {
  const counted = new Map<string, MessageActivity>();
  const add = (client_id: string, at: Date, kind: MessageActivity['kind'], id: string): void => {
    const bucket = Math.floor(at.getTime() / BUCKET_MS) * BUCKET_MS;
    const key = `${client_id} ${kind} ${bucket} ${id}`;
    const one = counted.get(key);
    if (one) one.messages++;
    else counted.set(key, { client_id, bucket: new Date(bucket), kind, id, messages: 1 });
  };
  for (const { client_id, occurred_at, actor_pk, room_id, stream_id } of events) {
    add(client_id, occurred_at, 'client', client_id);
    add(client_id, occurred_at, 'room', room_id ?? stream_id);
    if (actor_pk !== null) add(client_id, occurred_at, 'user', actor_pk);
  }
  return [...counted.values()];
}

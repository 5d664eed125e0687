import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { isUuid } from '../../platform/common/ids.js';
import { decodeCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { newEvent } from '../../engine/events/new-event.js';
import { MessagesService } from '../messages/messages.service.js';
import { actorOf } from '../rooms/room-access.js';
import type { ThreadDto, ThreadStandingDto } from './threads.dto.js';
import { threadSubscribed, threadUnsubscribed } from './threads.events.js';
import { ThreadsNews } from './threads.news.js';
import { ThreadsRepository, type Follower, type StandingRow } from './threads.repository.js';

/** Who follows threads, and what is unread in them; {@link ThreadsReader} has people follow by what is said. */
@Injectable()
export class ThreadsService {
  constructor(
    private readonly repository: ThreadsRepository,
    private readonly messages: MessagesService,
    private readonly events: EventsService,
    private readonly news: ThreadsNews,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * The client itself follows nothing.
   * @param id the message that a thread is about, or a reply in it
   * @throws Problem `not_found`
   */
  async standing(caller: Caller, roomId: string, id: string): Promise<ThreadStandingDto> {
    if (!caller.user) {
      const { room_id, thread_id, id: own } = await this.messages.find(caller, roomId, id);
      return { room_id, thread_id: thread_id ?? own, subscribed: false, last_read_seq: 0, unread: 0 };
    }
    const follower = await this.followerOf(caller, roomId, id);
    return standingOf(follower, await this.repository.standings([follower]));
  }

  /** Who stands so already stays so. @throws Problem `not_found` */
  async decide(request: Request, roomId: string, id: string, subscribed: boolean): Promise<ThreadStandingDto> {
    const { caller } = request;
    const follower = await this.followerOf(caller, roomId, id);
    let told: EventRow[] = [];
    const standing = await this.idempotency.effect(request, async (tx) => {
      const changed = await this.repository.decide(tx, follower, subscribed);
      const rows = await this.repository.standings([follower], tx);
      if (changed) told = await this.events.append(tx, [eventOf(caller, follower, subscribed)]);
      return standingOf(follower, rows);
    });
    await this.events.publish(told);
    return standing;
  }

  /** @param seq null: all that there are @throws Problem `not_found` */
  async read(caller: Caller, roomId: string, id: string, seq: number | null): Promise<ThreadStandingDto> {
    const follower = await this.followerOf(caller, roomId, id);
    await this.repository.read(follower, seq);
    this.news.moved(follower);
    return standingOf(follower, await this.repository.standings([follower]));
  }

  /** Those that the acting user follows and that have replies, by the latest of these. @throws Problem `invalid_cursor` */
  async list(caller: Caller, query: PageQueryDto): Promise<Page<ThreadDto>> {
    const { limit = 50 } = query;
    const cursor = decodeCursor(query.cursor, 2);
    if (cursor && !(Number.isSafeInteger(cursor.key[0]) && isUuid(cursor.key[1]))) {
      throw new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');
    }
    const rows = await this.repository.followed(caller.clientId, userOf(caller).user_pk, limit, cursor);
    const roots = await this.messages.findSeen(
      caller,
      rows.map(({ thread_id }) => thread_id),
    );
    return toPage(
      rows,
      limit,
      cursor,
      ({ at, thread_id }) => [at, thread_id],
      ({ room_id, thread_id, subscribed, last_read_seq, unread, last_reply_seq, last_reply_at }) => ({
        room_id,
        thread_id,
        subscribed,
        last_read_seq,
        unread,
        last_reply_seq,
        last_reply_at: last_reply_at.toISOString(),
        message: roots.get(thread_id)!,
      }),
    );
  }

  /** A reply stands for its thread. */
  private async followerOf(caller: Caller, roomId: string, id: string): Promise<Follower> {
    const message = await this.messages.find(caller, roomId, id);
    const { user_pk } = userOf(caller);
    const thread_id = message.thread_id ?? message.id;
    return { client_id: caller.clientId, user_pk, room_id: message.room_id, thread_id };
  }
}

const standingOf = ({ room_id, thread_id }: Follower, [row]: StandingRow[]): ThreadStandingDto => ({
  room_id,
  thread_id,
  subscribed: row?.subscribed ?? false,
  last_read_seq: row?.last_read_seq ?? 0,
  unread: row?.unread ?? 0,
});

const eventOf = (caller: Caller, { client_id, user_pk, room_id, thread_id }: Follower, subscribed: boolean) =>
  newEvent({
    event: subscribed ? threadSubscribed : threadUnsubscribed,
    client_id,
    stream: { type: 'user', id: user_pk },
    room_id,
    subject_id: thread_id,
    actor: actorOf(caller),
    data: { room_id, thread_id },
  });

/** @throws Problem `validation_failed` for who acts for nobody */
function userOf({ user }: Caller) {
  if (!user) throw invalidField('X-User-Id', 'is required: threads are followed by users');
  return user;
}

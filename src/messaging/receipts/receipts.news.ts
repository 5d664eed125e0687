import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { OncePerSecond } from '../../platform/common/once-a-second.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { UserPk } from '../../platform/common/ids.js';
import { OwnSideService, type OwnSideObserver } from '../members/own-side.service.js';
import { MentionsService, type MentionObserver } from '../messages/mentions.service.js';
import { RECEIPTS_MEMBERS } from './receipts.dto.js';
import { receiptUpdated, unreadUpdated } from './receipts.events.js';
import type { Marked, MovedMarkers } from '../rooms/membership/markers.repository.js';
import { ReceiptsRepository } from './receipts.repository.js';

/** Read at once, for what is told of them. */
const AT_ONCE = 200;

/** Tells of markers that moved, of mentions and of rooms that count anew: of each member and room at most once a second, and then how it stands. */
@Injectable()
export class ReceiptsNews implements MentionObserver, OwnSideObserver, OnModuleDestroy {
  private readonly receipts = new OncePerSecond<MovedMarkers>((news) => {
    for (const one of news) this.tellReceipt(one);
  });
  private readonly unread = new OncePerSecond<Marked>((news) => void this.tellUnread(news));

  constructor(
    private readonly repository: ReceiptsRepository,
    private readonly users: UsersService,
    private readonly publisher: RealtimePublisher,
    mentions: MentionsService,
    ownSide: OwnSideService,
  ) {
    mentions.observe(this);
    ownSide.observe(this);
  }

  onModuleDestroy(): void {
    this.receipts.stop();
    this.unread.stop();
  }

  moved(moved: MovedMarkers): void {
    const key = keyOf(moved);
    if (moved.seen && moved.member_count <= RECEIPTS_MEMBERS) this.receipts.add(key, moved);
    if (moved.own) this.unread.add(key, moved);
  }

  countsAnew(client_id: string, room_id: string, user_pk: UserPk): void {
    const marked = { client_id, room_id, user_pk };
    this.unread.add(keyOf(marked), marked);
  }

  /** In larger rooms everybody sees from the message itself that it was mentioned with all others. */
  mentioned(client_id: string, room_id: string, userPks: (UserPk | null)[]): void {
    const named = userPks.filter((pk) => pk !== null);
    for (const user_pk of named)
      this.unread.add(keyOf({ client_id, room_id, user_pk }), { client_id, room_id, user_pk });
    if (named.length < userPks.length) void this.mentionAll(client_id, room_id);
  }

  private async mentionAll(client_id: string, room_id: string): Promise<void> {
    try {
      const members = await this.repository.members(client_id, room_id, RECEIPTS_MEMBERS + 1);
      if (members.length > RECEIPTS_MEMBERS) return;
      for (const user_pk of members)
        this.unread.add(keyOf({ client_id, room_id, user_pk }), { client_id, room_id, user_pk });
    } catch (error) {
      notTold(error);
    }
  }

  private tellReceipt({ client_id, room_id, user_id, last_read_seq, last_delivered_seq }: MovedMarkers): void {
    this.publisher.publish(receiptUpdated, {
      client_id,
      stream: { type: 'room', id: room_id },
      actor: { id: user_id, type: 'user' },
      data: { room_id, user_id, last_read_seq, last_delivered_seq },
    });
  }

  private async tellUnread(news: Marked[]): Promise<void> {
    try {
      for (let at = 0; at < news.length; at += AT_ONCE) await this.tellSome(news.slice(at, at + AT_ONCE));
    } catch (error) {
      notTold(error);
    }
  }

  private async tellSome(members: Marked[]): Promise<void> {
    const totals = new Map<UserPk, number>();
    // Most of whom are mentioned are not there, and adding up is many times the work of the message.
    const present = members.filter(({ user_pk }) =>
      this.publisher.mayBeHeard(unreadUpdated, { type: 'user', id: user_pk }),
    );
    if (present.length === 0) return;
    const sides = await this.repository.ownSides(present);
    for (const { client_id, room_id, user_pk, my_read_seq, my_mentions, last_seq } of sides) {
      const user = (await this.users.refsOf(client_id, [user_pk])).get(user_pk);
      if (!user) continue;
      if (!totals.has(user_pk)) totals.set(user_pk, await this.repository.totalOf(client_id, user_pk));
      this.publisher.publish(unreadUpdated, {
        client_id,
        stream: { type: 'user', id: user_pk, user_id: user.user_id },
        room_id,
        actor: { id: null, type: 'system' },
        data: {
          room_id,
          unread: Math.max(0, last_seq - my_read_seq!),
          mentions: my_mentions!,
          last_read_seq: my_read_seq!,
          total_unread: totals.get(user_pk)!,
        },
      });
    }
  }
}

const keyOf = ({ client_id, room_id, user_pk }: Marked): string => `${client_id} ${room_id} ${user_pk}`;

const notTold = (error: unknown): void =>
  logger.debug({ reason: (error as Error).message }, 'What is unread could not be told.');

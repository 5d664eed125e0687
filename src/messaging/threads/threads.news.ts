import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { OncePerSecond } from '../../platform/common/once-a-second.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { threadUpdated } from './threads.events.js';
import { ThreadsRepository, type Follower, type Reply, type StandingRow } from './threads.repository.js';

/** Read at once, for what is told of them. */
const AT_ONCE = 200;

/** Tells followers how their threads stand: of each thread at most once a second. It only hastens, so it may be lost. */
@Injectable()
export class ThreadsNews implements OnModuleDestroy {
  private readonly news = new OncePerSecond<Follower>((followers) => void this.tell(followers));

  constructor(
    private readonly repository: ThreadsRepository,
    private readonly users: UsersService,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleDestroy(): void {
    this.news.stop();
  }

  moved(follower: Follower): void {
    const { client_id, user_pk, room_id, thread_id } = follower;
    this.news.add(`${client_id} ${user_pk} ${thread_id}`, { client_id, user_pk, room_id, thread_id });
  }

  async replied(replies: Reply[]): Promise<void> {
    try {
      for (const follower of await this.repository.followers(replies)) this.moved(follower);
    } catch (error) {
      notTold(error);
    }
  }

  private async tell(followers: Follower[]): Promise<void> {
    try {
      for (let at = 0; at < followers.length; at += AT_ONCE) {
        const standings = await this.repository.standings(followers.slice(at, at + AT_ONCE));
        for (const standing of standings) await this.tellOne(standing);
      }
    } catch (error) {
      notTold(error);
    }
  }

  private async tellOne({ client_id, user_pk, ...data }: StandingRow): Promise<void> {
    const user = (await this.users.refsOf(client_id, [user_pk])).get(user_pk);
    if (!user) return;
    this.publisher.publish(threadUpdated, {
      client_id,
      stream: { type: 'user', id: user_pk, user_id: user.user_id },
      room_id: data.room_id,
      actor: { id: null, type: 'system' },
      data,
    });
  }
}

const notTold = (error: unknown): void =>
  logger.debug({ reason: (error as Error).message }, 'How threads stand could not be told.');

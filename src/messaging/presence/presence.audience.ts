import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { managesClient, userOf, type Caller } from '../../tenancy/access/caller.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { MembersRepository } from '../rooms/membership/members.repository.js';
import { PresenceWatch } from './presence.watch.js';

/** How often connections that were told of somebody are looked at again, and how many of them. */
const LOOK_EVERY_MS = 5_000;
const LOOKED_AT = 100;

/** Who may see whose presence: people who share a room each other's, and the client itself everybody's. */
@Injectable()
export class PresenceAudience implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly members: MembersRepository,
    private readonly watch: PresenceWatch,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Those of these users whom the caller sees. */
  async of<User extends Pick<UserRef, 'user_pk'>>(caller: Caller, users: User[]): Promise<User[]> {
    if (managesClient(caller) && !caller.user) return users;
    const pks = users.map(({ user_pk }) => user_pk);
    const near = await this.members.sharingRoom(caller.clientId, presentOf(caller).user_pk, pks);
    return users.filter(({ user_pk }) => near.has(user_pk));
  }

  /** Who no longer shares a room with somebody hears of them no longer: within seconds of having been told. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      for (const { connection, caller } of this.watch.toldLately(LOOKED_AT)) {
        const watched = this.watch.watchedBy(connection);
        const seen = new Set(
          await this.of(
            caller,
            watched.map((user_pk) => ({ user_pk })),
          ).then(pksOf),
        );
        this.watch.unwatch(
          connection,
          watched.filter((pk) => !seen.has(pk)),
        );
      }
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'Who may see whose presence could not be read.');
    } finally {
      this.looking = false;
    }
  }
}

const pksOf = (users: { user_pk: UserPk }[]): UserPk[] => users.map(({ user_pk }) => user_pk);

/** Who acts for no user has none. @throws Problem `forbidden` */
export const presentOf = (caller: Caller): UserRef => userOf(caller, 'has a presence');

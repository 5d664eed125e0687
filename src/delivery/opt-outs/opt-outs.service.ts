import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { Coalescer } from '../../platform/common/coalescer.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { managesClient, userOf, type Caller } from '../../tenancy/access/caller.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { Tx } from '../../platform/database/database.js';
import type { CategoryOptOuts } from '../../engine/unsubscribe/unsubscribe.service.js';
import type { OptOutsDto, UserOptOutsDto } from './opt-outs.dto.js';
import { OptOutsRepository, type OptOut, type OptOutKey } from './opt-outs.repository.js';

const OPTED_OUT = 'opted_out';

/** What users don't want to be told of. A master key may say so for all, a user for itself. */
@Injectable()
export class OptOutsService implements CategoryOptOuts {
  /** What is asked at one time is one statement, however many ask. */
  private readonly questions = new Coalescer<OptOutKey[], Map<UserPk, OptOut>>({
    maxBatch: 200,
    maxWaiting: 20_000,
    maxWaitingPerTenant: 20_000,
    run: (asked) => this.find(asked),
  });

  constructor(
    private readonly repository: OptOutsRepository,
    private readonly users: UsersService,
  ) {}

  async get(caller: Caller, userId: UserId): Promise<UserOptOutsDto> {
    return this.shown(caller.clientId, await this.userOf(caller, userId));
  }

  /** What is left out is wanted again. */
  async put(caller: Caller, userId: UserId, { categories = [], channels = [] }: OptOutsDto): Promise<UserOptOutsDto> {
    const user_pk = await this.userOf(caller, userId);
    const optOut = { categories: [...new Set(categories)], channels: [...new Set(channels)] };
    await this.repository.put({ client_id: caller.clientId, user_pk, ...optOut });
    return this.shown(caller.clientId, user_pk);
  }

  leave(tx: Tx, clientId: string, userPk: UserPk, category: string): Promise<boolean> {
    return this.repository.leave(tx, clientId, userPk, category);
  }

  /** By `user_pk`; who wants everything is missing. */
  async of(users: OptOutKey[]): Promise<Map<UserPk, OptOut>> {
    const [first] = users;
    return first ? this.questions.add(first.client_id, users) : new Map();
  }

  private async find(asked: OptOutKey[][]): Promise<Map<UserPk, OptOut>[]> {
    const found = await this.repository.find(asked.flat());
    const byUser = new Map(found.map((optOut) => [optOut.user_pk, optOut]));
    return asked.map(() => byUser);
  }

  private async shown(clientId: string, userPk: UserPk): Promise<UserOptOutsDto> {
    const [found] = await this.repository.find([{ client_id: clientId, user_pk: userPk }]);
    const { categories = [], channels = [], unsubscribed = {} } = found ?? {};
    return { categories, channels, ...(Object.keys(unsubscribed).length > 0 && { unsubscribed }) };
  }

  private async userOf(caller: Caller, userId: UserId): Promise<UserPk> {
    if (!managesClient(caller)) {
      if (!caller.user)
        throw new Problem('forbidden', 'This takes a master key with every permission, or the user itself.');
      if (userId !== 'me' && userId !== caller.user.user_id) throw notFound('user');
      return caller.user.user_pk;
    }
    if (userId === 'me') return userOf(caller, 'has opt-outs of its own').user_pk;
    const found = (await this.users.lookUp(caller.clientId, [userId], { create: false })).get(userId);
    if (!found) throw notFound('user');
    return found.user_pk;
  }
}

/** Why a user is not told of something; null: the user wants it. */
export const refusalOf = (optOut: OptOut | undefined, category: string | null, channel: string): string | null =>
  optOut && (optOut.channels.includes(channel) || (category !== null && optOut.categories.includes(category)))
    ? OPTED_OUT
    : null;

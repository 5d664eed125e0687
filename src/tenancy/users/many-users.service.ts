import { Injectable } from '@nestjs/common';
import { itemProblem } from '../../platform/common/batch.js';
import type { UserId } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import type { Tx } from '../../platform/database/database.js';
import type { Request } from '../access/request.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { ProfilesService, toUserDto } from './profiles.service.js';
import type { UserEntity } from './user.entity.js';
import { BatchUserDto, type PutUserResultDto, type PutUsersAnswerDto, type PutUsersDto } from './users.dto.js';
import { profileOf, UsersRepository, type Profile } from './users.repository.js';
import { UsersService } from './users.service.js';

interface Item {
  index: number;
  user: BatchUserDto;
}

/** Makes or changes many users at once, each answered on its own. */
@Injectable()
export class ManyUsersService {
  constructor(
    private readonly users: UsersService,
    private readonly profiles: ProfilesService,
    private readonly repository: UsersRepository,
    private readonly idempotency: Idempotency,
  ) {}

  /** Those at fault are left out; the others are written in one transaction. */
  async put(request: Request, dto: PutUsersDto): Promise<PutUsersAnswerDto> {
    const { clientId } = request.caller;
    const { items, results } = readItems(dto.users);
    let saved = new Map<UserId, UserEntity>();
    const answer = await this.idempotency.effect(request, async (tx) => {
      const { made, after } = await this.write(tx, clientId, profilesOf(items));
      saved = after;
      for (const { index, user } of items) {
        const { user_id } = user;
        results[index] = {
          index,
          status: made.delete(user_id) ? 201 : 200,
          user: toUserDto(after.get(user_id)!, undefined),
        };
      }
      return { results };
    });
    for (const user of saved.values()) await this.users.changed(clientId, user);
    return { results: await this.profiles.withLastSeen(clientId, answer.results) };
  }

  private async write(
    tx: Tx,
    clientId: string,
    profiles: Map<UserId, Profile>,
  ): Promise<{ made: Set<UserId>; after: Map<UserId, UserEntity> }> {
    const userIds = [...profiles.keys()];
    const made = await this.repository.createMissing(clientId, userIds, tx);
    const before = await this.repository.lockMany(tx, clientId, userIds);
    const changes = [...profiles].map(([userId, profile]) => ({ user_pk: before.get(userId)!.user_pk, profile }));
    const after = new Map<UserId, UserEntity>();
    for (const user of await this.repository.updateMany(tx, clientId, changes)) {
      after.set(user.user_id, user);
      if (!made.has(user.user_id)) await this.users.tellKeys(tx, clientId, before.get(user.user_id)!, user);
    }
    return { made, after };
  }
}

/** @returns those that are sound, and the answers of the others */
function readItems(users: unknown[]): { items: Item[]; results: PutUserResultDto[] } {
  const items: Item[] = [];
  const results: PutUserResultDto[] = [];
  users.forEach((plain, index) => {
    try {
      items.push({ index, user: toDto(BatchUserDto, plain) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      results[index] = { index, status: error.status, error: itemProblem(error) };
    }
  });
  return { items, results };
}

/** What is to become of each user: of several items of one the later ones win, field by field. */
function profilesOf(items: Item[]): Map<UserId, Profile> {
  const profiles = new Map<UserId, Profile>();
  for (const { user } of items) {
    const { user_id, ...profile } = user;
    profiles.set(user_id, { ...profiles.get(user_id), ...profileOf(profile) });
  }
  return profiles;
}

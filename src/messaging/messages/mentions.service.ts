import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import { MembersRepository } from '../rooms/membership/members.repository.js';
import type { UserPk } from '../../platform/common/ids.js';
import type { StoredMention } from './message.row.js';
import type { MentionDto } from './sending.dto.js';

/** Is told after the commit of whom a message mentions; null stands for everybody in the room. Registered by features above. */
export interface MentionObserver {
  /** Must not wait, nor throw. */
  mentioned(clientId: string, roomId: string, userPks: (UserPk | null)[]): void;
}

/** Who is mentioned, from the clients' own ids to those of rows. */
@Injectable()
export class MentionsService {
  private readonly observers: MentionObserver[] = [];

  constructor(private readonly members: MembersRepository) {}

  observe(observer: MentionObserver): void {
    this.observers.push(observer);
  }

  /** A message that is committed mentions them, or does no longer. */
  tell(clientId: string, roomId: string, mentions: StoredMention[]): void {
    const userPks = mentions.map(({ user_pk }) => user_pk ?? null);
    for (const observer of this.observers) observer.mentioned(clientId, roomId, userPks);
  }

  /**
   * People who are in the room, or were: who left while the message was written makes it no worse.
   * @throws Problem `user_unavailable` naming the others
   */
  async resolve(clientId: string, roomId: string, mentions: MentionDto[]): Promise<StoredMention[]> {
    const userIds = mentions.flatMap(({ user_id }) => user_id ?? []);
    const found =
      userIds.length === 0 ? new Map<string, never>() : await this.members.findPks(clientId, roomId, userIds);
    const errors = mentions.flatMap(({ user_id }, index) =>
      user_id === undefined || found.has(user_id)
        ? []
        : { field: `mentions[${index}].user_id`, message: `${user_id} is not available in this room` },
    );
    if (errors.length > 0) throw new Problem('user_unavailable', errors[0]!.message, { errors });
    return mentions.map(({ type, user_id }) =>
      user_id === undefined ? { type } : { type, user_pk: found.get(user_id)! },
    );
  }
}

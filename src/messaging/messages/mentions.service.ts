import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import { MembersRepository } from '../rooms/members.repository.js';
import type { StoredMention } from './message.row.js';
import type { MentionDto } from './messages.dto.js';

/** Who is mentioned, from the clients' own ids to those of rows. */
@Injectable()
export class MentionsService {
  constructor(private readonly members: MembersRepository) {}

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

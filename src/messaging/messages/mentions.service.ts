import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/common/coalescer.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import { MembersRepository, type PeopleOfRoom } from '../rooms/membership/members.repository.js';
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
  /** Gathered as sends are: a statement for each message would cost more than the message. */
  private readonly lookups = new Coalescer<PeopleOfRoom, Map<UserId, UserPk>>({
    name: 'mentions',
    maxBatch: 500,
    maxWaiting: 5_000,
    maxWaitingPerTenant: 1_250,
    run: (people) => this.members.findPks(people),
  });

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
    const user_ids = mentions.flatMap(({ user_id }) => user_id ?? []);
    const found =
      user_ids.length === 0
        ? new Map<UserId, never>()
        : await this.lookups.add(clientId, { client_id: clientId, room_id: roomId, user_ids });
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

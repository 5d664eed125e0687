import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Tx } from '../../platform/database/database.js';
import { MessageParts, type MessagePart } from '../messages/message-parts.js';
import type { MessageDto, ReactionSummaryDto } from '../messages/messages.dto.js';
import { NAMED_USERS, ReactionsRepository, type SummaryRow } from './reactions.repository.js';

type Own = Pick<MessageDto, 'reactions' | 'me'>;

/** The reactions of messages, and those of who reads them. */
@Injectable()
export class ReactionParts implements MessagePart<'reactions' | 'me'> {
  readonly fields = ['reactions', 'me'] as const;

  constructor(
    private readonly repository: ReactionsRepository,
    parts: MessageParts,
  ) {
    parts.register(this);
  }

  async load(
    on: Pick<Tx, 'query'>,
    clientId: string,
    messageIds: string[],
    viewerPk: UserPk | null,
  ): Promise<Map<string, Own>> {
    const found = new Map<string, Own>();
    for (const row of await this.repository.summaries(on, clientId, messageIds, viewerPk)) {
      const own = found.get(row.message_id) ?? { reactions: [], ...(viewerPk && { me: { reactions: [] } }) };
      const summary = summaryOf(row);
      if (summary.count > 0) own.reactions.push(summary);
      if (row.own_id !== null) own.me!.reactions.push(row.key);
      // Where all there is of it is for others' eyes only, it is as if there were none.
      if (own.reactions.length > 0) found.set(row.message_id, own);
    }
    return found;
  }
}

/** Of a reaction that nobody else sees, too, its user sees that it counts. */
function summaryOf({ key, count, user_ids, own_id, own_shadowed }: SummaryRow): ReactionSummaryDto {
  if (!own_shadowed) return { key, count, user_ids };
  return { key, count: count + 1, user_ids: [...user_ids, own_id!].slice(-NAMED_USERS) };
}

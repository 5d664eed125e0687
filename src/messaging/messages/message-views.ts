import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { stubOf, withoutMe } from './message.row.js';
import type { SeenMessage } from './messages.dto.js';
import { messageCreated, messageDeleted, messageUpdated } from './messages.events.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';

const OF_MESSAGES = new Set([messageCreated, messageUpdated, messageDeleted].map(({ type }) => type));

/** What readers of the log see of its messages: events say what everybody may see, and some see less, or more. */
@Injectable()
export class MessageViews {
  constructor(
    private readonly repository: MessagesRepository,
    private readonly messages: MessagesService,
  ) {}

  /** @returns the envelopes in their order: what is hidden from the caller as stubs, and whole what is hidden from the others */
  async seenBy(caller: Caller, envelopes: Envelope[]): Promise<Envelope[]> {
    const told = envelopes.filter(({ type }) => OF_MESSAGES.has(type)) as Envelope<SeenMessage>[];
    const { hidden, whole } = await this.differing(caller, told);
    if (hidden.size === 0 && whole.length === 0) return envelopes;
    const found = await this.messages.findSeen(caller, whole);
    return envelopes.map((envelope) => {
      if (!OF_MESSAGES.has(envelope.type)) return envelope;
      const data = envelope.data as SeenMessage;
      return { ...envelope, data: hidden.has(data.id) ? stubOf(data) : withoutMe(found.get(data.id) ?? data) };
    });
  }

  private async differing(
    { clientId, user }: Caller,
    told: Envelope<SeenMessage>[],
  ): Promise<{ hidden: Set<string>; whole: string[] }> {
    if (!user) {
      return { hidden: new Set(), whole: told.flatMap(({ data }) => ('hidden' in data ? data.id : [])) };
    }
    const ids = [...new Set(told.map(({ data }) => data.id))];
    const rows = ids.length === 0 ? [] : await this.repository.hiddenFrom(clientId, user.user_pk, ids);
    return {
      hidden: new Set(rows.flatMap(({ id, hidden }) => (hidden ? id : []))),
      whole: rows.flatMap(({ id, hidden }) => (hidden ? [] : id)),
    };
  }
}

import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { stubOf, withoutMe } from './message.row.js';
import type { SeenMessage } from './messages.dto.js';
import { messageCreated, messageDeleted, messageUpdated } from './messages.events.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';

const OF_MESSAGES = new Set([messageCreated, messageUpdated, messageDeleted].map(({ type }) => type));

/** Stretches of streams, and who reads them. */
export interface Reading {
  caller: Caller;
  streams: Envelope[][];
}

/** Messages that one reader sees otherwise than everybody: what is hidden from it, and what only it sees whole. */
interface Differing {
  hidden: Set<string>;
  whole: string[];
}

/** What readers of the log see of its messages: events say what everybody may see, and some see less, or more. */
@Injectable()
export class MessageViews {
  constructor(
    private readonly repository: MessagesRepository,
    private readonly messages: MessagesService,
  ) {}

  /**
   * Of readers of one client, in one query where nobody sees what others don't.
   * @returns for each reader its streams in their order: what is hidden from it as stubs, and whole what is hidden from the others;
   *   the very same arrays where nothing differs
   */
  async seenBy(clientId: string, readings: Reading[]): Promise<Envelope[][][]> {
    const differing = await this.differing(clientId, readings);
    return Promise.all(
      readings.map(({ caller, streams }, reader) => {
        const { hidden, whole } = differing[reader]!;
        return hidden.size + whole.length === 0 ? streams : this.seen(caller, streams, differing[reader]!);
      }),
    );
  }

  private async seen(caller: Caller, streams: Envelope[][], { hidden, whole }: Differing): Promise<Envelope[][]> {
    const found = await this.messages.findSeen(caller, whole);
    return streams.map((envelopes) =>
      envelopes.map((envelope) => {
        if (!OF_MESSAGES.has(envelope.type)) return envelope;
        const data = envelope.data as SeenMessage;
        return { ...envelope, data: hidden.has(data.id) ? stubOf(data) : withoutMe(found.get(data.id) ?? data) };
      }),
    );
  }

  private async differing(clientId: string, readings: Reading[]): Promise<Differing[]> {
    const differing = readings.map((): Differing => ({ hidden: new Set(), whole: [] }));
    const views = readings.flatMap(({ caller: { user }, streams }, viewer) => {
      const told = streams.flat().filter(({ type }) => OF_MESSAGES.has(type)) as Envelope<SeenMessage>[];
      if (user) {
        return [...new Set(told.map(({ data }) => data.id))].map((id) => ({ viewer, user_pk: user.user_pk, id }));
      }
      // The client itself sees everything.
      differing[viewer]!.whole = told.flatMap(({ data }) => ('hidden' in data ? data.id : []));
      return [];
    });
    for (const { viewer, id, hidden } of await this.repository.hiddenFrom(clientId, views)) {
      if (hidden) differing[viewer]!.hidden.add(id);
      else differing[viewer]!.whole.push(id);
    }
    return differing;
  }
}

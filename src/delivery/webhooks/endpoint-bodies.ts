import { Injectable } from '@nestjs/common';
import { EndpointHops } from './endpoint-hops.js';
import { EndpointMessagesRepository, type EndpointMessageRow } from './endpoint-messages.repository.js';
import { Envelopes } from './envelopes.js';

/** What goes out for an event. */
export interface EndpointBody {
  body: string;
  /** How many requests of ours stand behind the event. */
  hops: number;
}

/** What endpoints are told, word for word: what the event is at the first attempt, and so it stays. */
@Injectable()
export class EndpointBodies {
  constructor(
    private readonly messages: EndpointMessagesRepository,
    private readonly envelopes: Envelopes,
    private readonly hops: EndpointHops,
  ) {}

  /** @returns by the message's id; an event that the log no longer holds is not there */
  async of(messages: EndpointMessageRow[]): Promise<Map<string, EndpointBody>> {
    const bodies = await this.frozen(messages);
    const hops = await this.hops.of(messages, bodies);
    return new Map([...bodies].map(([id, body]) => [id, { body, hops: hops.get(id) ?? 0 }]));
  }

  private async frozen(messages: EndpointMessageRow[]): Promise<Map<string, string>> {
    const bodies = new Map(messages.flatMap(({ id, body }) => (body === null ? [] : [[id, body] as const])));
    const fresh = messages.filter(({ body }) => body === null);
    if (fresh.length === 0) return bodies;
    const envelopes = await this.envelopes.of(fresh);
    const found = fresh.flatMap(({ client_id, id, created_at }) => {
      const envelope = envelopes.get(id);
      return envelope ? [{ client_id, id, created_at, body: JSON.stringify(envelope) }] : [];
    });
    if (found.length > 0) for (const { id, body } of await this.messages.freeze(found)) bodies.set(id, body);
    return bodies;
  }
}

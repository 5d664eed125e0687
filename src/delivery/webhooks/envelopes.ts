import { Injectable } from '@nestjs/common';
import { EventsService } from '../../engine/events/events.service.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import type { EndpointMessageRow } from './endpoint-messages.repository.js';

/** The events that messages are of, as everybody sees them now. */
@Injectable()
export class Envelopes {
  constructor(private readonly events: EventsService) {}

  /** @returns by the message's id; an event that the log no longer holds is not there */
  async of(messages: EndpointMessageRow[]): Promise<Map<string, Envelope>> {
    const found = new Map<string, Envelope>();
    const byClient = new Map<string, EndpointMessageRow[]>();
    for (const one of messages) byClient.set(one.client_id, [...(byClient.get(one.client_id) ?? []), one]);
    for (const [clientId, ofClient] of byClient) {
      const ranges = ofClient.map(({ stream_id, event_rev: rev, event_at: since }) => ({
        stream_id,
        after: rev - 1,
        upto: rev,
        since,
      }));
      const read = await this.events.readRanges(clientId, ranges);
      ofClient.forEach(({ id }, at) => {
        const envelope = read[at]?.[0];
        if (envelope) found.set(id, envelope);
      });
    }
    return found;
  }
}

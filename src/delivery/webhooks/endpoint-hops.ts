import { Injectable } from '@nestjs/common';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { memberJoined, roomAdded, roomCreated } from '../../messaging/rooms/rooms.events.js';
import { hopsOfMessageId, membershipId, RuleHops } from '../rules/rule-hops.js';
import { EndpointMessagesRepository, type EndpointMessageRow } from './endpoint-messages.repository.js';

type Told = Pick<EndpointMessageRow, 'client_id' | 'id' | 'event_type'>;

/** What the body of an event says of whence it came. */
interface Said {
  id?: string;
  notification_id?: string | null;
  user_id?: string;
  sender_type?: string;
  client_msg_id?: string | null;
}

/** What is looked up for a message: a room, a member of it, a notification, or the event whose delivery failed. */
interface Asked {
  client_id: string;
  id: string;
  /** The message's own id. */
  of: string;
}

const OF_ROOMS: ReadonlySet<string> = new Set([roomCreated.type, roomAdded.type, memberJoined.type]);
/** A message that a rule wrote has it; what others write may hold the same, deeper in. */
const BY_A_RULE = '"client_msg_id":"rule-';

/**
 * How many requests of ours stand behind what endpoints are told: of what rules made, and of nothing else. Looked up when it is sent,
 * so that neither sends nor the log carry it.
 */
@Injectable()
export class EndpointHops {
  constructor(
    private readonly rules: RuleHops,
    private readonly messages: EndpointMessagesRepository,
  ) {}

  /** @param bodies by the message's id, as they are sent. @returns by the message's id */
  async of(messages: Told[], bodies: ReadonlyMap<string, string>): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const made: Asked[] = [];
    const failed: Asked[] = [];
    for (const { client_id, id: of, event_type } of messages) {
      const body = bodies.get(of);
      if (body === undefined) continue;
      if (event_type.startsWith('message.')) {
        found.set(of, hopsOfMessage(body));
      } else if (OF_ROOMS.has(event_type)) {
        const { room_id, data } = saidIn(body);
        if (room_id === null) continue;
        made.push({ client_id, id: room_id, of });
        if (data.user_id !== undefined) made.push({ client_id, id: membershipId(room_id, data.user_id), of });
      } else if (event_type.startsWith('notification.') || event_type.startsWith('delivery.')) {
        const { notification_id, id } = saidIn(body).data;
        const about = notification_id ?? id;
        if (about !== undefined) (notification_id === null ? failed : made).push({ client_id, id: about, of });
      }
    }
    // Of a room that a rule made, and of whom another one added there, the one that is further away.
    for (const [of, hops] of await this.ofMade(made)) found.set(of, Math.max(hops, found.get(of) ?? 0));
    for (const [of, hops] of await this.ofFailed(failed)) found.set(of, hops);
    return found;
  }

  private async ofMade(asked: Asked[]): Promise<[string, number][]> {
    const hops = await this.rules.of(asked);
    return asked.map(({ id, of }) => [of, hops.get(id) ?? 0]);
  }

  /** That telling an event failed is as far away as that event, which is never such a failure itself. */
  private async ofFailed(asked: Asked[]): Promise<[string, number][]> {
    if (asked.length === 0) return [];
    const origins = await this.messages.ofDeliveries(asked.map(({ client_id, id }) => ({ client_id, source_id: id })));
    const told = origins.filter(({ event_type }) => !event_type.startsWith('delivery.'));
    const hops = await this.of(told, new Map(told.flatMap(({ id, body }) => (body === null ? [] : [[id, body]]))));
    return asked.map(({ id, of }) => [of, hops.get(id) ?? 0]);
  }
}

function hopsOfMessage(body: string): number {
  if (!body.includes(BY_A_RULE)) return 0;
  const { sender_type, client_msg_id } = saidIn(body).data;
  return sender_type === 'bot' ? hopsOfMessageId(client_msg_id) : 0;
}

function saidIn(body: string): Pick<Envelope<Said>, 'room_id' | 'data'> {
  const { room_id, data } = JSON.parse(body) as Envelope<Said | null>;
  return { room_id, data: data ?? {} };
}

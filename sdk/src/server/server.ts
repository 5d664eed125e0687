import { createHttp } from '../http.js';
import type { Http, HttpOptions } from '../http.js';
import { keySource } from '../key.js';
import { analytics, deliveries, recoveries, suppressions } from './deliveries.js';
import type { Analytics, Deliveries, Recoveries, Suppressions } from './deliveries.js';
import { messages } from './messages.js';
import type { Messages } from './messages.js';
import { notifications } from './notifications.js';
import type { Notifications } from './notifications.js';
import { rooms } from './rooms.js';
import type { Rooms } from './rooms.js';
import { users } from './users.js';
import type { Users } from './users.js';
import { endpoints, rules, sources } from './webhooks.js';
import type { Endpoints, Rules, Sources } from './webhooks.js';

/** How a {@link ChatServer} reaches the service. */
export type ChatServerOptions = HttpOptions;

/**
 * ChatAPI for a back end, with a master key: keep it out of browsers and apps, which take a `ChatClient` with a user's key.
 *
 *     const server = new ChatServer({ url: 'https://chat.example.com', key: process.env.CHATAPI_KEY });
 *     const room = await server.rooms.create({ room_type: 'group', name: 'Support', members: ['alice', 'bob'] });
 *     await server.as('alice').messages.send(room.id, { content: 'Hello' });
 *
 * Every call throws a `ChatError` when it fails and takes an `AbortSignal`; what acts twice when it is sent twice carries an
 * `Idempotency-Key`, so it is sent again when the network or the service was away for a moment.
 */
export class ChatServer {
  /** Every route, for what has no method here: `server.http.GET('/api/v1/audit')`. */
  readonly http: Http;
  /** End users, and their keys. */
  readonly users: Users;
  /** Rooms and who is in them. */
  readonly rooms: Rooms;
  /** Messages of rooms. */
  readonly messages: Messages;
  /** Tells people something over one channel or several. */
  readonly notifications: Notifications;
  /** Outbound webhooks: URLs of yours that hear events. */
  readonly endpoints: Endpoints;
  /** Inbound webhooks: URLs that other systems post to. */
  readonly sources: Sources;
  /** What inbound events do. */
  readonly rules: Rules;
  /** What became of each recipient over each channel. */
  readonly deliveries: Deliveries;
  /** Sends again what failed. */
  readonly recoveries: Recoveries;
  /** Addresses that get nothing. */
  readonly suppressions: Suppressions;
  /** Figures over time. */
  readonly analytics: Analytics;
  private readonly options: ChatServerOptions;

  /** @param options where the service is, and a master key */
  constructor(options: ChatServerOptions) {
    this.options = { ...options, key: keySource(options.key) };
    const http = createHttp(this.options);
    this.http = http;
    this.users = users(http);
    this.rooms = rooms(http);
    this.messages = messages(http);
    this.notifications = notifications(http);
    this.endpoints = endpoints(http);
    this.sources = sources(http);
    this.rules = rules(http);
    this.deliveries = deliveries(http);
    this.recoveries = recoveries(http);
    this.suppressions = suppressions(http);
    this.analytics = analytics(http);
  }

  /** The same for this user, who is made when unknown: sends its messages, reads its rooms. */
  as(userId: string): ChatServer {
    return new ChatServer({ ...this.options, userId });
  }
}

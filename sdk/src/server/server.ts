import { createHttp } from '../http.js';
import type { Http, HttpOptions } from '../http.js';
import { keySource } from '../key.js';
import { Analytics, Deliveries, Recoveries, Suppressions } from './deliveries.js';
import { Messages } from './messages.js';
import { Notifications } from './notifications.js';
import { Rooms } from './rooms.js';
import { Users } from './users.js';
import { Endpoints, Rules, Sources } from './webhooks.js';

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
    this.users = new Users(http);
    this.rooms = new Rooms(http);
    this.messages = new Messages(http);
    this.notifications = new Notifications(http);
    this.endpoints = new Endpoints(http);
    this.sources = new Sources(http);
    this.rules = new Rules(http);
    this.deliveries = new Deliveries(http);
    this.recoveries = new Recoveries(http);
    this.suppressions = new Suppressions(http);
    this.analytics = new Analytics(http);
  }

  /** The same for this user, who is made when unknown: sends its messages, reads its rooms. */
  as(userId: string): ChatServer {
    return new ChatServer({ ...this.options, userId });
  }
}

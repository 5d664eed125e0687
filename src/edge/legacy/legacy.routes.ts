import { Injectable } from '@nestjs/common';
import { InvitesWays } from './invites.ways.js';
import { MessagesWays } from './messages.ways.js';
import { NotificationsWays } from './notifications.ways.js';
import { RoomsWays } from './rooms.ways.js';
import type { Way } from './way.js';

const PREFIX = '/api/v1';

/** The routes that clients of the first version find translated. */
@Injectable()
export class LegacyRoutes {
  private readonly byRoute: ReadonlyMap<string, Way>;

  constructor(rooms: RoomsWays, messages: MessagesWays, invites: InvitesWays, notifications: NotificationsWays) {
    const all = { ...rooms.ways, ...messages.ways, ...invites.ways, ...notifications.ways };
    this.byRoute = new Map(Object.entries(all));
  }

  /** @param url the route's own path, with its parameters' names */
  find(method: string, url: string): Way | undefined {
    return this.byRoute.get(`${method} ${url.startsWith(PREFIX) ? url.slice(PREFIX.length) : url}`);
  }
}

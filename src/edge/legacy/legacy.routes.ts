import { Injectable } from '@nestjs/common';
import { MessagesWays } from './messages.ways.js';
import { RoomsWays } from './rooms.ways.js';
import type { Way } from './way.js';

const PREFIX = '/api/v1';

/** The routes that clients of the first version find translated. */
@Injectable()
export class LegacyRoutes {
  private readonly byRoute: ReadonlyMap<string, Way>;

  constructor(rooms: RoomsWays, messages: MessagesWays) {
    this.byRoute = new Map(Object.entries({ ...rooms.ways, ...messages.ways }));
  }

  /** @param url the route's own path, with its parameters' names */
  find(method: string, url: string): Way | undefined {
    return this.byRoute.get(`${method} ${url.startsWith(PREFIX) ? url.slice(PREFIX.length) : url}`);
  }
}

import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { sessionDraining } from './gateway.events.js';
import { Sessions } from './session.js';
import { SocketDispatcher } from './socket-dispatcher.js';

/** How long clients spread their return over, when a node goes away. */
const RECONNECT_MIN_MS = 250;
const RECONNECT_SPREAD_MS = 4_750;
/** How long the last answers may take to leave. */
export const FLUSH_MS = 1_000;

/** What carries connections, as far as their end goes. */
export interface Transport {
  /** Ends its connections, so that what was written still leaves and clients come back. Resolves when they are gone, or late. */
  letGo(): Promise<void>;
}

/** The end of a node, for all transports together: none refuses what another has still to announce. */
@Injectable()
export class Departure implements BeforeApplicationShutdown {
  private readonly transports: Transport[] = [];
  private started = false;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly sessions: Sessions,
    private readonly dispatcher: SocketDispatcher,
  ) {}

  /** Nobody is let in any more. */
  get begun(): boolean {
    return this.started;
  }

  register(transport: Transport): void {
    this.transports.push(transport);
  }

  /** Before the HTTP server closes, which would wait for connections to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.started = true;
    for (const session of this.sessions.all()) {
      this.publisher.tell(session, sessionDraining, {
        reconnect_after_ms: RECONNECT_MIN_MS + Math.floor(Math.random() * RECONNECT_SPREAD_MS),
      });
    }
    await this.dispatcher.finish();
    this.publisher.flush();
    await Promise.all(this.transports.map((transport) => transport.letGo()));
  }
}

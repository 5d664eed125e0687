import { Injectable } from '@nestjs/common';
import { logger } from '../common/logger.js';
import type { Connection } from './connection.js';

/**
 * Must not wait and cannot refuse. The connection is the very object that handlers of its events were given; it is
 * closed, and listens to nothing any more.
 */
export type ConnectionEndListener = (connection: Connection) => void;

/** Tells features, whatever transport carried it, that a connection of this node ended: once for each that was open. */
@Injectable()
export class ConnectionEnds {
  private readonly listeners: ConnectionEndListener[] = [];

  register(listener: ConnectionEndListener): void {
    this.listeners.push(listener);
  }

  /** For transports only. What a listener throws is logged, and keeps no other from hearing it. */
  tell(connection: Connection): void {
    for (const listener of this.listeners) {
      try {
        listener(connection);
      } catch (error) {
        logger.error({ err: error }, 'The end of a connection was not taken note of.');
      }
    }
  }
}

import { Injectable } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import type { Connection } from '../../platform/realtime/connection.js';
import type { Caller } from './caller.js';

/** Must not wait and cannot refuse. */
type ConnectionStartListener = (connection: Connection, caller: Caller) => void;

/**
 * Tells features, whatever transport carries it, that a connection of this node was admitted; its end is told by
 * `ConnectionEnds`, with the same object.
 */
@Injectable()
export class ConnectionStarts {
  private readonly listeners: ConnectionStartListener[] = [];

  register(listener: ConnectionStartListener): void {
    this.listeners.push(listener);
  }

  /** For the gateway only. What a listener throws is logged, and keeps no other from hearing it. */
  tell(connection: Connection, caller: Caller): void {
    for (const listener of this.listeners) {
      try {
        listener(connection, caller);
      } catch (error) {
        logger.error({ err: error }, 'The start of a connection was not taken note of.');
      }
    }
  }
}

import { HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS } from '../../platform/realtime/connection.js';

/** What a heartbeat knows of a connection. */
export interface Beating {
  /** When it was last pinged, in ms of the monotonic clock. */
  pingedAt: number;
  /** Something came from it since. */
  heard: boolean;
  ping(): void;
  cut(): void;
}

/**
 * One look at all connections, instead of a timer for each: pings those whose time it is, and cuts those off that have
 * answered nothing for too long.
 */
export function beat(connections: Iterable<Beating>, now: number): void {
  for (const connection of connections) {
    const since = now - connection.pingedAt;
    if (!connection.heard) {
      if (since >= HEARTBEAT_TIMEOUT_MS) connection.cut();
    } else if (since >= HEARTBEAT_MS) {
      connection.pingedAt = now;
      connection.heard = false;
      connection.ping();
    }
  }
}

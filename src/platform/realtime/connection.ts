/** How often an idle connection is pinged. */
export const HEARTBEAT_MS = 25_000;
/** How long its answer may take, before nobody is believed to be there. */
export const HEARTBEAT_TIMEOUT_MS = 20_000;

/**
 * How a connection is ended. `over`: the client is told, and does not come back by itself. `barred`: the same, and another key would not
 * help. `lost`: what is written still
 * leaves, and the client, which sees a lost connection, comes back. `cut`: the same at once, with what waits thrown away.
 */
export type Ending = 'over' | 'barred' | 'lost' | 'cut';

/**
 * One client's connection, whatever carries it. Everything that decides what a connection may hear and how long it lasts
 * works on this, so that a further transport is one more implementation of it.
 */
export interface Connection {
  /** Unique among the connections of all nodes; `session_id` on the wire. */
  readonly id: string;
  readonly isOpen: boolean;
  /** Who is at the other end, seen through the proxies that are trusted. */
  readonly address: string;
  /** Headers that it came with. */
  readonly origin: string | undefined;
  readonly host: string | undefined;
  /** What it listens to. */
  readonly channels: Iterable<string>;
  /** Tells it what concerns it alone. For the publisher only: everybody else asks that. */
  send(event: string, body: object): void;
  /** Bytes that wait to be taken by the other end. */
  backlog(): number;
  join(channels: string[]): void;
  leave(channel: string): void;
  listensTo(channel: string): boolean;
  close(ending: Ending): void;
}

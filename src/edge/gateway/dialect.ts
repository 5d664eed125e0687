import type { Problem } from '../../platform/common/problem.js';
import type { Connection } from '../../platform/realtime/connection.js';
import type { Caller } from '../../tenancy/access/caller.js';

/** A connection that may speak another language, and whose key it came with. */
export interface Speaker extends Connection {
  readonly caller: Caller;
}

/** How one event of another language is understood. */
export interface Wording {
  /** The event of ours that it is. */
  readonly event: string;
  /** What that takes, of what came. */
  ask(session: Speaker, body: unknown): unknown;
  /** What the ack holds, of what ours would hold. @param asked what came */
  answer(session: Speaker, data: unknown, asked: unknown): unknown;
  /** The event by which it is answered to who asked for no ack. */
  readonly reply?: string;
}

/**
 * What a connection says and hears beside the events of this version. One object serves all connections that speak it; a
 * listener of `ConnectionStarts` gives it to those that do. Limits, permissions and validation are those of the events that
 * its words become.
 */
export interface Dialect {
  /** @returns undefined for what is no word of it, and is understood as it is */
  wordingOf(name: unknown): Wording | undefined;
  /** The connection was told something that concerns it alone. */
  told(session: Speaker, event: string, body: object): void;
  /** It asked for no ack. @param reply as the wording says; undefined: what failed was no word of it, or has no reply */
  done(session: Speaker, reply: string | undefined, data: unknown): void;
  failed(session: Speaker, problem: Problem): void;
}

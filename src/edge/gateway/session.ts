import { may, type Caller } from '../../tenancy/access/caller.js';
import type { Connection, Ending } from '../../platform/realtime/connection.js';
import { channels } from '../../platform/realtime/realtime.publisher.js';
import type { Dialect } from './dialect.js';

/** Whose key a connection came with, and when that key ends. */
export interface AdmittedKey {
  caller: Caller;
  expiresAt: Date | null;
}

/**
 * A connection and what is known of it: one object for each, because memory per idle connection counts. What carries
 * it is the transport's own subclass.
 */
export abstract class Session implements Connection {
  caller: Caller;
  /** When its key ends, in ms since 1970 by the database's clock; null: not by itself. */
  expiresAt: number | null;
  /** session.expiring was sent. */
  warned = false;
  /** Much was waiting to be sent when it was last looked at. */
  behind = false;
  /** Rooms that this connection alone left with room.unsubscribe. */
  left: Set<string> | null = null;
  /** Another language that it speaks beside ours. */
  dialect: Dialect | null = null;
  /** Events in hand; of those that read much, the ones that run, and the ones that wait for their turn. */
  running = 0;
  reading = 0;
  waiting: (() => void)[] | null = null;

  abstract readonly id: string;
  abstract readonly isOpen: boolean;
  abstract readonly address: string;
  abstract readonly origin: string | undefined;
  abstract readonly host: string | undefined;
  abstract readonly channels: Iterable<string>;

  constructor({ caller, expiresAt }: AdmittedKey) {
    this.caller = caller;
    this.expiresAt = expiresAt?.getTime() ?? null;
  }

  /** Goes on with another key. */
  renew({ caller, expiresAt }: AdmittedKey): void {
    this.caller = caller;
    this.expiresAt = expiresAt?.getTime() ?? null;
    this.warned = false;
  }

  abstract send(event: string, body: object): void;
  abstract backlog(): number;
  abstract join(wanted: string[]): void;
  abstract leave(channel: string): void;
  abstract listensTo(channel: string): boolean;
  abstract close(ending: Ending): void;
}

/** The sessions of this node. */
export abstract class Sessions {
  abstract all(): Iterable<Session>;
  /** Channels that one at least listens to. */
  abstract channels(): Iterable<string>;
  abstract on(channel: string): Iterable<Session>;
}

/** What a handler of this room knows of the connection that its event came by. */
export function sessionOf(connection: Connection): Session {
  if (connection instanceof Session) return connection;
  throw new Error('A connection that the gateway did not admit.');
}

/** The room's channel that the caller may listen on. */
export const roomChannel = (caller: Caller, roomId: string): string =>
  may(caller, 'read_messages') ? channels.room(roomId) : channels.roomWithoutMessages(roomId);

/** Every channel of a connection but its rooms. */
export function ownChannels(caller: Caller): string[] {
  const own = [channels.key(caller.keyId)];
  if (caller.user) {
    const { user_pk } = caller.user;
    own.push(
      channels.user(user_pk),
      may(caller, 'read_messages') ? channels.userReading(user_pk) : channels.userNotReading(user_pk),
    );
  }
  if (caller.kind === 'master' && may(caller, 'send_notifications')) own.push(channels.client(caller.clientId));
  return own;
}

/** The id of the room whose channel this is; undefined for every other channel. */
export const roomOf = (channel: string): string | undefined =>
  channel.startsWith('r:') || channel.startsWith('n:') ? channel.slice(2) : undefined;

/** Ids of the rooms that a connection listens to. */
export function* roomsOf({ channels: all }: Connection): Generator<string> {
  for (const channel of all) {
    const room = roomOf(channel);
    if (room !== undefined) yield room;
  }
}

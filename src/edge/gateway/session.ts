import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { channels } from '../../platform/realtime/realtime.publisher.js';

/** What is known of a connection. One small object per socket; nothing else is kept for it. */
export interface Session {
  caller: Caller;
  /** When its key ends, in ms since 1970; null: not by itself. */
  expiresAt: number | null;
  /** session.expiring was sent. */
  warned: boolean;
  /** Much was waiting to be sent when it was last looked at. */
  behind: boolean;
  /** Rooms that this socket alone left with room.unsubscribe. */
  left: Set<string> | null;
  /** Events in hand; of those that read much, the ones that run, and the ones that wait for their turn. */
  running: number;
  reading: number;
  waiting: (() => void)[] | null;
}

export type Connection = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, Session>;

export const sessionOf = (socket: Socket): Session => socket.data as Session;

export const newSession = (caller: Caller, expiresAt: Date | null): Session => ({
  caller,
  expiresAt: expiresAt?.getTime() ?? null,
  warned: false,
  behind: false,
  left: null,
  running: 0,
  reading: 0,
  waiting: null,
});

/** This node's connections. */
export const connectionsOf = (server: Server): ReadonlyMap<string, Connection> =>
  server.sockets.sockets as unknown as Map<string, Connection>;

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

const ROOM = /^[rn]:/;

/** Ids of the rooms that a connection listens to. */
export function* roomsOf(socket: Socket): Generator<string> {
  for (const channel of socket.rooms) if (ROOM.test(channel)) yield channel.slice(2);
}

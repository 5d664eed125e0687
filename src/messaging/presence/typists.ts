import type { UserPk } from '../../platform/common/ids.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';

/** Somebody who types in a room, as long as one source at least says so. */
export interface Typist {
  user: Pick<UserRef, 'user_pk' | 'user_id'>;
  /** When each ends by itself, by the monotonic clock: connections, keys of requests, and other nodes. */
  sources: Map<string, number>;
  /** When the other nodes were last told that they type here. */
  toldAt: number;
}

interface Room {
  client_id: string;
  /** In the order in which they began. */
  typists: Map<UserPk, Typist>;
}

/** A typist whom a source has left. */
export interface Ended {
  roomId: string;
  client_id: string;
  typist: Typist;
}

const NODE = 'node ';

/** What another node says. */
export const nodeSource = (node: string): string => NODE + node;

/** Does anything on this node say so? */
export const typesHere = ({ sources }: Typist): boolean => {
  for (const source of sources.keys()) if (!source.startsWith(NODE)) return true;
  return false;
};

/** Who types where, as far as this node knows. */
export class Typists {
  private readonly rooms = new Map<string, Room>();
  /** Rooms by the source that keeps somebody in them. */
  private readonly bySource = new Map<string, Set<string>>();

  get size(): number {
    return this.rooms.size;
  }

  start(roomId: string, clientId: string, user: Typist['user'], source: string, until: number): Typist {
    let room = this.rooms.get(roomId);
    if (!room) this.rooms.set(roomId, (room = { client_id: clientId, typists: new Map() }));
    let typist = room.typists.get(user.user_pk);
    if (!typist) {
      typist = { user, sources: new Map(), toldAt: Number.NEGATIVE_INFINITY };
      room.typists.set(user.user_pk, typist);
    }
    typist.sources.set(source, until);
    let rooms = this.bySource.get(source);
    if (!rooms) this.bySource.set(source, (rooms = new Set()));
    rooms.add(roomId);
    return typist;
  }

  /** @returns null when the source said nothing of them there */
  stop(roomId: string, userPk: UserPk, source: string): Ended | null {
    const room = this.rooms.get(roomId);
    const typist = room?.typists.get(userPk);
    if (!typist?.sources.delete(source)) return null;
    if (typist.sources.size === 0) room!.typists.delete(userPk);
    if (room!.typists.size === 0) this.rooms.delete(roomId);
    this.forget(source, roomId, room!);
    return { roomId, client_id: room!.client_id, typist };
  }

  /** Everything that a source says, such as a connection that is closed. */
  stopAll(source: string): Ended[] {
    return [...(this.bySource.get(source) ?? [])].flatMap((roomId) =>
      [...(this.rooms.get(roomId)?.typists.keys() ?? [])].flatMap((userPk) => this.stop(roomId, userPk, source) ?? []),
    );
  }

  /** Ends what nobody has said again. */
  expire(now: number): Ended[] {
    const over: [roomId: string, userPk: UserPk, source: string][] = [];
    for (const [roomId, { typists }] of this.rooms) {
      for (const [userPk, { sources }] of typists) {
        for (const [source, until] of sources) if (until <= now) over.push([roomId, userPk, source]);
      }
    }
    return over.flatMap((one) => this.stop(...one) ?? []);
  }

  /** The first of them. */
  namesIn(roomId: string, limit: number): string[] {
    const names: string[] = [];
    for (const { user } of this.rooms.get(roomId)?.typists.values() ?? []) {
      if (names.length === limit) break;
      names.push(user.user_id);
    }
    return names;
  }

  private forget(source: string, roomId: string, { typists }: Room): void {
    for (const { sources } of typists.values()) if (sources.has(source)) return;
    const rooms = this.bySource.get(source);
    rooms?.delete(roomId);
    if (rooms?.size === 0) this.bySource.delete(source);
  }
}

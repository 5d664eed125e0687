import type { UserRef } from '../access/user-ref.js';

interface Known {
  ref: UserRef;
  until: number;
}

/** A name that was changed on another node is seen at the latest after this. */
const TTL_MS = 5_000;

/** Users that were looked up lately, by both of their names. Bounded: the longest known ones go first. */
export class UserRefs {
  private readonly byId = new Map<string, Known>();
  private readonly byUserId = new Map<string, Known>();

  constructor(private readonly capacity: number) {}

  remember(clientId: string, ref: UserRef): void {
    const known = { ref, until: performance.now() + TTL_MS };
    put(this.byId, `${clientId} ${ref.user_pk}`, known, this.capacity);
    put(this.byUserId, `${clientId} ${ref.user_id}`, known, this.capacity);
  }

  byRef(clientId: string, id: string): UserRef | undefined {
    return current(this.byId.get(`${clientId} ${id}`));
  }

  byName(clientId: string, userId: string): UserRef | undefined {
    return current(this.byUserId.get(`${clientId} ${userId}`));
  }
}

const current = (known: Known | undefined): UserRef | undefined =>
  known !== undefined && known.until > performance.now() ? known.ref : undefined;

function put(map: Map<string, Known>, key: string, known: Known, capacity: number): void {
  map.delete(key);
  map.set(key, known);
  if (map.size > capacity) map.delete(map.keys().next().value!);
}

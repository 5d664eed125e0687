import { LRUCache } from 'lru-cache';
import type { UserRef } from '../access/user-ref.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** A name that was changed on another node is seen at the latest after this. */
const TTL_MS = 5_000;

/** Users that were looked up lately, by both of their names. Bounded: the least recently used ones go first. */
export class UserRefs {
  private readonly byId: LRUCache<string, UserRef>;
  private readonly byUserId: LRUCache<string, UserRef>;

  constructor(capacity: number) {
    this.byId = remembering(capacity);
    this.byUserId = remembering(capacity);
  }

  remember(clientId: string, ref: UserRef): void {
    this.byId.set(`${clientId} ${ref.user_pk}`, ref);
    this.byUserId.set(`${clientId} ${ref.user_id}`, ref);
  }

  byRef(clientId: string, userPk: UserPk): UserRef | undefined {
    return this.byId.get(`${clientId} ${userPk}`);
  }

  byName(clientId: string, userId: UserId): UserRef | undefined {
    return this.byUserId.get(`${clientId} ${userId}`);
  }
}

/** The clock is read at every look: by default it is remembered until a timer fires, which a busy process delays. */
const remembering = (capacity: number): LRUCache<string, UserRef> =>
  new LRUCache({ max: capacity, ttl: TTL_MS, ttlResolution: 0 });

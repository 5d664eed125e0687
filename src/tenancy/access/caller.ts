import type { UserId } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { ActorType } from '../../platform/realtime/envelope.js';
import type { Permission } from './permissions.js';
import type { UserRef } from './user-ref.js';

/** What an operator grants a client; absent fields take the configured defaults. */
export interface ClientLimits {
  messages_per_user_per_minute: number;
  reactions_per_user_per_minute: number;
  typing_per_user_per_minute: number;
  pings_per_user_per_minute: number;
  /** Of each of these in one second; 0: as many as the minute allows. */
  burst_per_user_per_second: number;
  /** How long a user is refused who went beyond the burst; 0: until the second is over. */
  cooldown_s: number;
  sockets_per_user: number;
  sockets_per_client: number;
  quotas: ClientQuotas;
}

/** How often something may be done; what is left out is not counted. */
export interface Quota {
  per_second?: number | null;
  per_hour?: number | null;
  per_day?: number | null;
}

/** What an operator grants beyond the limits of each user; absent: as much as there is. */
export interface ClientQuotas {
  messages_per_user?: Quota;
  messages_per_client?: Quota;
  /** Of users who send them themselves. */
  notifications_per_user?: Quota;
  deliveries_per_client?: Quota;
  deliveries_per_channel?: ({ channel: string } & Quota)[];
}

/** What a client set for itself. Features read theirs by what they declared: `clientSetting` of the room of clients. */
export type ClientSettings = Readonly<Record<string, unknown>>;

/** What holds for every request of a client. */
export interface ClientFacts {
  limits: ClientLimits;
  settings: ClientSettings;
  /** Moves with every change of what sends are judged by. */
  settingsRev: number;
}

/** Who asks, as found out from the key; it never changes. Passed to every service method that needs to know. */
export interface Caller extends ClientFacts {
  kind: 'admin' | 'master' | 'scoped';
  /** The tenant. The nil UUID for the operator. */
  clientId: string;
  keyId: string;
  /** What the key allows; null: everything (a master key that was not narrowed). */
  permissions: ReadonlySet<Permission> | null;
  /** The user that the request acts for: the scoped key's, or the one a master key names in X-User-Id. */
  user: UserRef | null;
  /** Of what rules do: how many requests of ours stand behind it, so that what goes in a circle ends. */
  hops?: number;
}

export function may(caller: Caller, permission: Permission): boolean {
  return caller.permissions === null || caller.permissions.has(permission);
}

/** As what somebody acts: what messages store as `sender_type` and events as `actor_type`. */
export const actorTypeOf = ({ user }: Pick<Caller, 'user'>): ActorType => (user ? 'user' : 'client');

/** A master key that was not narrowed: it speaks for the client in everything. */
export function managesClient({ kind, permissions }: Pick<Caller, 'kind' | 'permissions'>): boolean {
  return kind === 'master' && permissions === null;
}

/**
 * The user that the request acts for.
 * @param what only a user does, for the refusal
 * @throws Problem `forbidden` to a master key that names nobody
 */
export function userOf({ user }: Pick<Caller, 'user'>, what: string): UserRef {
  if (user) return user;
  throw new Problem('forbidden', `Only a user ${what}: name one in X-User-Id.`);
}

/**
 * Whom `{user_id}` of a path names: `me` is the user that the request acts for.
 * @throws Problem `not_found` for `me` of who acts for nobody
 */
export function namedUser({ user }: Pick<Caller, 'user'>, userId: UserId): UserId {
  if (userId !== 'me') return userId;
  if (!user) throw notFound('user');
  return user.user_id;
}

/**
 * Bans end by themselves: this node's clock is good enough for what only keeps a banned user away.
 * @throws Problem `user_banned`
 */
export function refuseBanned({ user }: Pick<Caller, 'user'>): void {
  if (user?.banned_until && user.banned_until.getTime() > Date.now())
    throw new Problem('user_banned', 'You are banned.');
}

export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** What a scoped key can be allowed to do (always also limited by room membership and role). */
export const PERMISSIONS = [
  'read_messages',
  'send_messages',
  'join_rooms',
  'invite_users',
  'manage_rooms',
  'send_notifications',
  'read_analytics',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a login key gets when its request names no permissions. */
export const DEFAULT_PERMISSIONS: Permission[] = ['read_messages', 'send_messages', 'join_rooms'];

/** Does this access open what changes something for others? */
export const isForWriting = (access: Access): boolean => WRITING.has(access);

const WRITING = new Set<Access>(['send_messages', 'join_rooms', 'invite_users', 'manage_rooms', 'send_notifications']);

/**
 * Who may call a route or a socket event.
 * - `public`: nobody needs a key
 * - `admin`: the operator's key
 * - `master`: a client's master key
 * - `manager`: either of the two
 * - `key`: any key of a client
 * - a permission: a master key, or a scoped key that carries it
 */
export type Access = 'public' | 'admin' | 'master' | 'manager' | 'key' | Permission;

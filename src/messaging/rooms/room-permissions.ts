import type { ClientSettings } from '../../tenancy/access/caller.js';
import { clientSetting } from '../../tenancy/clients/client-settings.js';
import { ROLES, type Role } from './membership/member.dto.js';
import { ROOM_TYPES, type RoomType } from './rooms.dto.js';

/** What a role may do in a room: see its messages; send and react; invite and add; change it, its members and others' messages; delete it and name owners. */
export const ROOM_PERMISSIONS = ['read', 'write', 'invite', 'manage', 'delete'] as const;
export type RoomPermission = (typeof ROOM_PERMISSIONS)[number];

/** What each role may, in one type of rooms. */
export type RoleTable = Record<Role, RoomPermission[]>;
export type PermissionTable = Record<RoomType, RoleTable>;

const ALL: RoomPermission[] = [...ROOM_PERMISSIONS];
const ROLES_BY_DEFAULT: RoleTable = {
  owner: ALL,
  admin: ['read', 'write', 'invite', 'manage'],
  member: ['read', 'write'],
};

/** Two people have a direct room alike, whatever their roles: neither manages the other's messages. */
const BOTH_ALIKE: RoleTable = { owner: ['read', 'write'], admin: ['read', 'write'], member: ['read', 'write'] };

const DEFAULT_TABLE: PermissionTable = {
  direct: BOTH_ALIKE,
  group: ROLES_BY_DEFAULT,
  channel: { ...ROLES_BY_DEFAULT, member: ['read'] },
  support: ROLES_BY_DEFAULT,
};

/** What a client changed of {@link DEFAULT_TABLE}: set by a route of its own. */
export const PERMISSIONS_SETTING = clientSetting<Partial<Record<RoomType, Partial<RoleTable>>>>('permissions', {
  default: {},
});

const known = new WeakMap<ClientSettings, { table: PermissionTable; writers: number }>();

/** What roles may in the rooms of a client. */
export const tableOf = (settings: ClientSettings): PermissionTable => entryOf(settings).table;

/** Who may write, as the gathered send takes it: a bit for each room type and role. */
export const writersOf = (settings: ClientSettings): number => entryOf(settings).writers;

export const roleMay = (settings: ClientSettings, type: RoomType, role: Role, permission: RoomPermission): boolean =>
  tableOf(settings)[type][role].includes(permission);

/** What it takes to change how a room presents itself, its name and its pins: in a direct room both may who write there. */
export const presenting = (type: RoomType): RoomPermission => (type === 'direct' ? 'write' : 'manage');

/** The roles that may do this in rooms of a type. */
export const rolesThatMay = (settings: ClientSettings, type: RoomType, permission: RoomPermission): Role[] =>
  ROLES.filter((role) => roleMay(settings, type, role, permission));

/** In SQL: may the role of `role` write in a room of `type`, by the number of {@link writersOf}? Both are columns. */
export const mayWriteSql = (writers: string, type: string, role: string): string => {
  const at = `array_position('{${ROOM_TYPES.join(',')}}', ${type}) * ${ROLES.length} + array_position('{${ROLES.join(',')}}', ${role})`;
  return `(${writers} >> (${at} - ${ROLES.length + 1})) & 1 = 1`;
};

function entryOf(settings: ClientSettings): { table: PermissionTable; writers: number } {
  let entry = known.get(settings);
  if (!entry) {
    const table = merged(PERMISSIONS_SETTING.of(settings));
    entry = { table, writers: maskOf(table) };
    known.set(settings, entry);
  }
  return entry;
}

const merged = (changes: Partial<Record<RoomType, Partial<RoleTable>>>): PermissionTable =>
  Object.fromEntries(ROOM_TYPES.map((type) => [type, { ...DEFAULT_TABLE[type], ...changes[type] }])) as PermissionTable;

function maskOf(table: PermissionTable): number {
  let mask = 0;
  ROOM_TYPES.forEach((type, t) =>
    ROLES.forEach((role, r) => {
      if (table[type][role].includes('write')) mask |= 1 << (t * ROLES.length + r);
    }),
  );
  return mask;
}

import { Nested, TextList } from '../../platform/common/fields.js';
import { ROOM_PERMISSIONS, type RoomPermission } from './room-permissions.js';

const LIST = { max: ROOM_PERMISSIONS.length, maxChars: 16, values: ROOM_PERMISSIONS, example: ['read', 'write'] };

/** What each role may in rooms of one type. */
export class RolePermissionsDto {
  @TextList({ ...LIST, optional: true })
  owner?: RoomPermission[];

  @TextList({ ...LIST, optional: true })
  admin?: RoomPermission[];

  @TextList({ ...LIST, optional: true, description: 'By default read and write, in channels read.' })
  member?: RoomPermission[];
}

/** What roles may, by type of room. Types and roles that are left out have the defaults. */
export class RoomPermissionsDto {
  @Nested(() => RolePermissionsDto, { optional: true })
  direct?: RolePermissionsDto;

  @Nested(() => RolePermissionsDto, { optional: true })
  group?: RolePermissionsDto;

  @Nested(() => RolePermissionsDto, { optional: true })
  channel?: RolePermissionsDto;

  @Nested(() => RolePermissionsDto, { optional: true })
  support?: RolePermissionsDto;
}

import { Bool, Int, Json, Nested, NestedList, OneOf, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { MemberDto, MemberInputDto } from './membership/member.dto.js';
import { RoomMeDto } from './membership/own-side.dto.js';

export const ROOM_TYPES = ['direct', 'group', 'channel', 'support'] as const;
const PRIVACIES = ['public', 'private', 'invite_only'] as const;
export const ROOM_STATUSES = ['active', 'inactive', 'archived', 'deleted'] as const;
const HISTORIES = ['full', 'since_join'] as const;

/** Why somebody is no longer a member. */
const REMOVAL_REASONS = ['left', 'removed', 'banned', 'deleted'] as const;
export type RemovalReason = (typeof REMOVAL_REASONS)[number];

export type RoomType = (typeof ROOM_TYPES)[number];
export type Privacy = (typeof PRIVACIES)[number];
export type RoomStatus = (typeof ROOM_STATUSES)[number];
export type History = (typeof HISTORIES)[number];

const NAME = { max: 'name_chars', nullable: true, example: 'Project X' } as const;
const DESCRIPTION = { max: 2_000, nullable: true } as const;

export class CreateRoomDto {
  @OneOf(ROOM_TYPES, { example: 'group' })
  room_type: RoomType;

  @Text({ ...NAME, optional: true })
  name?: string | null;

  @Text({ ...DESCRIPTION, optional: true })
  description?: string | null;

  @OneOf(PRIVACIES, { optional: true, default: 'private' })
  privacy?: Privacy;

  @NestedList(() => MemberInputDto, {
    optional: true,
    max: 'room_members',
    shorthand: 'user_id',
    description: 'User ids, or objects with a role. Who creates is a member whether listed or not.',
    example: ['bob', { user_id: 'carol', role: 'admin' }],
  })
  members?: MemberInputDto[];

  @Int({ optional: true, min: 1, max: 'room_members', description: 'A direct room has two.' })
  max_members?: number;

  @OneOf(HISTORIES, {
    optional: true,
    default: 'full',
    description: '`since_join`: members see nothing from before they joined.',
  })
  history?: History;

  @Json({ optional: true, maxBytes: 'metadata_bytes' })
  metadata?: Record<string, unknown>;
}

/** Fields left out stay as they are; null clears (RFC 7396). */
export class UpdateRoomDto {
  @Text({ ...NAME, optional: true })
  name?: string | null;

  @Text({ ...DESCRIPTION, optional: true })
  description?: string | null;

  @OneOf(PRIVACIES, { optional: true })
  privacy?: Privacy;

  @Int({ optional: true, min: 1, max: 'room_members', description: 'Not below the number of members.' })
  max_members?: number;

  @OneOf(HISTORIES, { optional: true })
  history?: History;

  @Int({ optional: true, max: 86_400, description: 'Seconds that plain members wait between two messages; 0: none.' })
  slow_mode_s?: number;

  @Json({ optional: true, nullable: true, maxBytes: 'metadata_bytes', description: 'Merged, member by member.' })
  metadata?: Record<string, unknown> | null;
}

export class RoomQueryDto {
  @Bool({ optional: true, query: true, description: 'With its first hundred members; all page at …/members.' })
  include_members?: boolean;
}

export class AllRoomsQueryDto extends PageQueryDto {
  @OneOf(ROOM_TYPES, { optional: true, description: 'Rooms of this type.' })
  room_type?: RoomType;

  @OneOf(ROOM_STATUSES, { optional: true, description: 'Omitted: all but deleted ones.' })
  status?: RoomStatus;

  @OneOf(PRIVACIES, { optional: true, description: 'Rooms of this privacy.' })
  privacy?: Privacy;

  @UserId({ optional: true, description: 'Rooms that this user is a member of.' })
  user_id?: UserId;

  @Text({ optional: true, max: 'name_chars', description: 'Rooms whose name holds this text, in any case.' })
  name?: string;
}

export class RoomDto {
  @Uuid()
  id: string;

  @OneOf(ROOM_TYPES)
  room_type: RoomType;

  @Text(NAME)
  name: string | null;

  @Text({
    nullable: true,
    max: 300,
    description: 'From the name, unique in the client; it stays when the name changes.',
  })
  slug: string | null;

  @Text(DESCRIPTION)
  description: string | null;

  @OneOf(PRIVACIES)
  privacy: Privacy;

  @OneOf(ROOM_STATUSES)
  status: RoomStatus;

  @Bool({ description: 'Only owners and admins may write.' })
  frozen: boolean;

  @OneOf(HISTORIES)
  history: History;

  @UserId({ nullable: true, description: 'null: created by the client itself.' })
  created_by: UserId | null;

  @Int({ min: 1 })
  max_members: number;

  @Int({})
  member_count: number;

  @Text({ max: 64, description: 'Opaque; another one means that history was rewound.' })
  epoch: string;

  @Int({ description: 'Messages before this place are gone: the room was truncated.' })
  first_seq: number;

  @Int({})
  last_seq: number;

  @Int({})
  last_rev: number;

  @Time({ nullable: true })
  last_message_at: string | null;

  @Time({ nullable: true })
  deactivated_at: string | null;

  @OneOf(['manual', 'auto_inactive'], { nullable: true })
  deactivated_reason: 'manual' | 'auto_inactive' | null;

  @Text({ nullable: true, max: 500, description: 'Why, as who last changed its state by hand said.' })
  status_reason: string | null;

  @Int({ description: 'Seconds that plain members wait between two messages.' })
  slow_mode_s: number;

  @Json({ maxBytes: 'metadata_bytes' })
  metadata: Record<string, unknown>;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;

  @Nested(() => RoomMeDto, { optional: true, description: 'Where the request acts for a user.' })
  me?: RoomMeDto;

  @NestedList(() => MemberDto, {
    optional: true,
    max: 'page',
    description: 'With include_members: the first hundred; member_count tells how many there are.',
  })
  members?: MemberDto[];
}

/** Body of `room.added`. */
export class RoomAddedDto {
  @Nested(() => RoomDto, { description: 'Without `me` and `members`; of a room since lost, without its contents.' })
  room: RoomDto;

  @Text({ max: 64, description: 'Opaque; another one means that history was rewound.' })
  epoch: string;

  @Int({ description: "Where the room's stream stands." })
  rev: number;
}

/** Body of `room.removed`. */
export class RoomRemovedDto {
  @Uuid()
  room_id: string;

  @OneOf(REMOVAL_REASONS, { description: '`deleted`: the room, for everybody.' })
  reason: RemovalReason;
}

import { Int, Nested, OneOf, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { ROLES, type Role } from '../rooms/membership/member.dto.js';
import { ROOM_TYPES, type RoomType } from '../rooms/rooms.dto.js';

const KINDS = ['user', 'link'] as const;
const STATUSES = ['pending', 'accepted', 'declined', 'revoked', 'expired'] as const;

export type InviteKind = (typeof KINDS)[number];
export type InviteStatus = (typeof STATUSES)[number];

const MESSAGE = { max: 500, example: 'Join us!' } as const;
/** A year, in seconds. */
const LONGEST_S = 31_622_400;

/** For one user, or a link for whoever has its code. */
export class CreateInviteDto {
  @OneOf(KINDS, { example: 'user' })
  kind: InviteKind;

  @UserId({ optional: true, description: 'With `user`: who is invited.', example: 'bob' })
  user_id?: UserId;

  @OneOf(ROLES, {
    optional: true,
    default: 'member',
    description: 'A role above member takes the permission `delete` of the room.',
  })
  role?: Role;

  @Text({ ...MESSAGE, optional: true })
  message?: string;

  @Int({ optional: true, min: 1, max: 1_000_000, description: 'With `link`: how many may join by it; omitted: any.' })
  max_uses?: number;

  @Int({ optional: true, min: 1, max: LONGEST_S, description: 'Seconds until it expires; omitted: never.' })
  expires_in?: number;
}

export class AcceptCodeDto {
  @Text({ max: 64, description: "A link's code.", example: '4fJ0Qx7ZbT1kPq9sWv2LhN' })
  code: string;
}

export class InvitesQueryDto extends PageQueryDto {
  @OneOf(STATUSES, { optional: true, description: 'Those of this status; omitted: all.' })
  status?: InviteStatus;
}

/** What an invitation tells of its room. */
export class InviteRoomDto {
  @OneOf(ROOM_TYPES)
  room_type: RoomType;

  @Text({ nullable: true, max: 'name_chars', example: 'Project X' })
  name: string | null;

  @Text({ nullable: true, max: 2_000 })
  description: string | null;

  @Int({})
  member_count: number;
}

export class InviteDto {
  @Uuid()
  id: string;

  @Uuid()
  room_id: string;

  @Nested(() => InviteRoomDto, { nullable: true, description: 'As long as it is pending.' })
  room: InviteRoomDto | null;

  @OneOf(KINDS)
  kind: InviteKind;

  @UserId({ nullable: true, description: 'Who is invited; null: a link.' })
  user_id: UserId | null;

  @Text({
    nullable: true,
    max: 64,
    description:
      "A link's, in answers to who may invite to its role: for one above member, to who may name owners. null in events.",
  })
  code: string | null;

  @OneOf(ROLES)
  role: Role;

  @Text({ ...MESSAGE, nullable: true })
  message: string | null;

  @UserId({ nullable: true, description: 'null: the client itself.' })
  invited_by: UserId | null;

  @OneOf(STATUSES, { description: 'A link that is used up is accepted.' })
  status: InviteStatus;

  @Int({ nullable: true, description: 'null: any number.' })
  max_uses: number | null;

  @Int({})
  uses: number;

  @Time({ nullable: true, description: 'null: never.' })
  expires_at: string | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

import { Int, NestedList, OneOf, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';

export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

export class MemberInputDto {
  @UserId()
  user_id: UserId;

  @OneOf(ROLES, { optional: true, default: 'member' })
  role?: Role;
}

/** One member by `user_id`, or many by `members`. */
export class AddMembersDto {
  @UserId({ optional: true, description: 'Instead of `members`.', example: undefined })
  user_id?: UserId;

  @OneOf(ROLES, { optional: true, default: 'member', description: 'With `user_id`.' })
  role?: Role;

  @NestedList(() => MemberInputDto, {
    optional: true,
    min: 1,
    max: 'room_members',
    shorthand: 'user_id',
    description: 'User ids, or objects with a role.',
    example: ['bob', { user_id: 'carol', role: 'admin' }],
  })
  members?: MemberInputDto[];
}

export class UpdateMemberDto {
  @OneOf(ROLES)
  role: Role;
}

export class MemberDto {
  @Uuid()
  id: string;

  @Uuid()
  room_id: string;

  @UserId()
  user_id: UserId;

  @Text({ nullable: true, max: 'name_chars' })
  display_name: string | null;

  @OneOf(ROLES)
  role: Role;

  @OneOf(['active', 'left', 'banned'])
  status: 'active' | 'left' | 'banned';

  @Int({})
  last_read_seq: number;

  @Int({})
  last_delivered_seq: number;

  @Time()
  joined_at: string;

  @Time({ nullable: true })
  banned_until: string | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

/** Who is a member now, in the order asked. */
export class AddedMembersDto {
  @NestedList(() => MemberDto, { max: 'room_members' })
  data: MemberDto[];
}

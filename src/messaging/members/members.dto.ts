import { ItemProblemDto } from '../../platform/common/batch.js';
import { Int, Items, Nested, NestedList, OneOf, UserId } from '../../platform/common/fields.js';
import { MemberDto, MemberInputDto, ROLES, type Role } from '../rooms/membership/member.dto.js';

/** One member by `user_id`, or many by `members`. */
export class AddMembersDto {
  @UserId({ optional: true, description: 'Instead of `members`.', example: undefined })
  user_id?: UserId;

  @OneOf(ROLES, { optional: true, default: 'member', description: 'With `user_id`.' })
  role?: Role;

  @Items(() => MemberInputDto, {
    optional: true,
    min: 1,
    max: 'room_members',
    shorthand: 'user_id',
    description: 'User ids, or objects with a role.',
    example: ['bob', { user_id: 'carol', role: 'admin' }],
  })
  members?: unknown[];
}

export class UpdateMemberDto {
  @OneOf(ROLES)
  role: Role;
}

/** What became of one item of a call that adds many. */
export class AddedMemberDto {
  @Int({ description: 'Its place in `members`.' })
  index: number;

  @Int({ example: 201, description: '201: became a member; 200: was one already; else of the problem.' })
  status: number;

  @Nested(() => MemberDto, { optional: true })
  member?: MemberDto;

  @Nested(() => ItemProblemDto, { optional: true })
  error?: ItemProblemDto;
}

/** Who is a member now, in the order asked, and what became of each item. */
export class AddedMembersDto {
  @NestedList(() => MemberDto, { max: 'room_members' })
  data: MemberDto[];

  @NestedList(() => AddedMemberDto, { max: 'room_members' })
  results: AddedMemberDto[];
}

export class TransferRoomDto {
  @UserId({ description: 'A member of the room.', example: 'bob' })
  user_id: UserId;
}

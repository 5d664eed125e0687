import { Int, OneOf, Text, Time, UserId, Uuid } from '../../../platform/common/fields.js';

export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

export class MemberInputDto {
  @UserId()
  user_id: UserId;

  @OneOf(ROLES, { optional: true, default: 'member' })
  role?: Role;
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

import { Int, Text } from '../../platform/common/fields.js';
import { MemberDto } from '../rooms/membership/member.dto.js';

/** The longest that a ban with an end lasts: ten years, in seconds. */
const LONGEST_S = 315_360_000;

export class BanMemberDto {
  @Text({ optional: true, max: 500, description: 'Shown to who manages the room.', example: 'Spam' })
  reason?: string;

  @Int({ optional: true, min: 1, max: LONGEST_S, description: 'Seconds until it ends; omitted: until it is lifted.' })
  expires_in?: number;
}

/** A member that is banned, and why. */
export class BanDto extends MemberDto {
  @Text({ nullable: true, max: 500, description: 'As given by who banned.', example: 'Spam' })
  reason: string | null;
}

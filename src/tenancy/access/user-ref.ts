import type { UserId, UserPk } from '../../platform/common/ids.js';
/** A user as the code refers to one: the row's id, and what the wire shows. */
export interface UserRef {
  /** `user_pk`, what foreign keys use. Never leaves by the wire. */
  user_pk: UserPk;
  /** The client's own string. */
  user_id: UserId;
  display_name: string | null;
  /** Until when it is banned, other than by shadow, as far as it is known here; decided where it matters under a lock. */
  banned_until?: Date | null;
}

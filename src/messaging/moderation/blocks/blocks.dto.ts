import { Time, UserId } from '../../../platform/common/fields.js';

/** Somebody whom the user blocked. */
export class BlockDto {
  @UserId()
  user_id: UserId;

  @Time()
  created_at: string;
}

/** Body of `block.added` and `block.removed`. */
export class BlockedUserDto {
  @UserId()
  user_id: UserId;
}

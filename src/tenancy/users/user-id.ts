import { UserId } from '../../platform/common/fields.js';
import { Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';

class NamedUserDto {
  @UserId()
  user_id: UserId;
}

/** Holds a user_id that came in a path or a header to the rules of bodies. @throws Problem `validation_failed` */
export function checkUserId(field: string, userId: UserId): void {
  try {
    toDto(NamedUserDto, { user_id: userId });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = (error.options.errors ?? []).map(({ message }) => ({ field, message }));
    throw new Problem('validation_failed', errors.map(({ message }) => `${field}: ${message}`).join('; '), { errors });
  }
}

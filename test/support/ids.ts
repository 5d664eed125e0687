import type { UserId, UserPk } from '../../src/platform/common/ids.js';

/** Tests name people by literals, which the product never does. */
export const asUserId = (text: string): UserId => text as UserId;
export const asUserPk = (text: string): UserPk => text as UserPk;

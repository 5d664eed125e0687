import { Bool, Int, OneOf } from '../../../platform/common/fields.js';
import { clientSetting } from '../../../tenancy/clients/client-settings.js';

export const MODERATORS_EDIT = clientSetting('moderators_edit', {
  field: Bool({
    optional: true,
    nullable: true,
    description: "Roles that grant `manage` may edit others' messages.",
    example: false,
  }),
  default: false,
});

export const EDIT_HISTORY = clientSetting<'none' | 'admins' | 'members'>('edit_history', {
  field: OneOf(['none', 'admins', 'members'], {
    optional: true,
    nullable: true,
    description: 'Who reads what messages said before they were edited; `admins`: roles that grant `manage`.',
    example: 'members',
  }),
  default: 'members',
});

export const UNDELETE_DAYS = clientSetting('undelete_days', {
  field: Int({
    optional: true,
    nullable: true,
    max: 3_650,
    description: 'For so many days a deleted message can be brought back; 0: what it said is gone at once.',
    example: 30,
  }),
  default: 30,
});

import { Int, Nested } from '../../platform/common/fields.js';
import { clientSetting } from '../../tenancy/clients/client-settings.js';
import { LifecycleSettingDto } from './lifecycle.dto.js';

/** After how many days without activity rooms are deactivated. */
export const LIFECYCLE = clientSetting<LifecycleSettingDto>('lifecycle', {
  field: Nested(() => LifecycleSettingDto, {
    optional: true,
    nullable: true,
    description: 'When rooms without activity are deactivated, by their type.',
  }),
  default: { group: 30, support: 7, direct: 90, channel: 180, warn_before_hours: 24 },
});

/** For how many days a deleted room can be restored. */
export const DELETE_GRACE_DAYS = clientSetting<number>('delete_grace_days', {
  field: Int({
    optional: true,
    nullable: true,
    max: 3_650,
    description: 'Days for which a deleted room can be restored, before all that is in it goes; 30 unless set.',
    example: 30,
  }),
  default: 30,
});

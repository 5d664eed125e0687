import { Int } from '../../platform/common/fields.js';
import { clientSetting } from '../clients/client-settings.js';
import { TEN_YEARS_S } from '../clients/clients.dto.js';

/** Read where keys are written: by the statement itself. */
export const KEY_TTL_S = clientSetting<number | null>('key_ttl_s', {
  field: Int({
    optional: true,
    nullable: true,
    min: 60,
    max: TEN_YEARS_S,
    description: 'Seconds after which login and scoped keys expire whose request names no `expires_in`; null: never.',
    example: 86_400,
  }),
  default: null,
});

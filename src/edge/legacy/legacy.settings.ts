import { Bool } from '../../platform/common/fields.js';
import { clientSetting } from '../../tenancy/clients/client-settings.js';

/** Does the client speak as ChatAPI's first version did? */
export const FIRST_VERSION = clientSetting('first_version', {
  field: Bool({
    optional: true,
    nullable: true,
    description:
      'For callers of ChatAPI’s first version: its bodies, queries and socket events are taken too, and answers carry its fields beside those of this version.',
    example: false,
  }),
  default: false,
});

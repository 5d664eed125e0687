import { Bool } from '../../platform/common/fields.js';
import { clientSetting } from '../../tenancy/clients/client-settings.js';

export const LINK_PREVIEWS = clientSetting('link_previews', {
  field: Bool({
    optional: true,
    nullable: true,
    description:
      'Links in texts are fetched after the send, and previews of their pages become attachments of type `link`.',
    example: false,
  }),
  default: false,
});

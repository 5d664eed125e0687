import { clientSetting } from '../../../tenancy/clients/client-settings.js';
import type { HookDto } from './hook.dto.js';

/** Who is asked before a user's message is written; null: nobody. Set by a route of its own. */
export const PRE_SEND_HOOK = clientSetting<HookDto | null>('pre_send_hook', { default: null });

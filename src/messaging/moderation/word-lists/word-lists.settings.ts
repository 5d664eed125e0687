import { clientSetting } from '../../../tenancy/clients/client-settings.js';

/** Which version of its word lists holds for a client; null: it has none. The words are in a table of their own. */
export const WORD_LISTS = clientSetting<{ version: string } | null>('word_lists', { default: null });

import { limits } from '../../platform/config/limits.js';
import type { ClientFacts, ClientSettings } from '../access/caller.js';

/** As the client's row has it. */
interface Stored {
  limits: Record<string, number>;
  settings: ClientSettings;
  settings_rev: number;
}

/** What holds for a client, the configured defaults filled in. */
export const factsOf = (row: Stored): ClientFacts => ({
  limits: { messages_per_user_per_minute: limits.messages_per_user_per_minute, ...row.limits },
  settings: row.settings,
  settingsRev: row.settings_rev,
});

import type { ClientFacts, ClientLimits, ClientSettings } from '../access/caller.js';
import { clientLimits } from './client-limits.js';

/** As the client's row has it. */
interface Stored {
  limits: Partial<ClientLimits>;
  settings: ClientSettings;
  settings_rev: number;
}

/** What holds for a client, the configured defaults filled in. */
export const factsOf = (row: Stored): ClientFacts => ({
  limits: clientLimits(row.limits),
  settings: row.settings,
  settingsRev: row.settings_rev,
});

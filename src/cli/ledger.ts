import { checkLedger, differenceLineOf } from '../delivery/analytics/ledger-check.js';
import { CountsCheckRepository } from '../engine/deliveries/upkeep/counts-check.repository.js';
import type { Config } from '../platform/config/config.js';
import { Database } from '../platform/database/database.js';
import { StartFailure } from '../platform/config/failure.js';

/**
 * Proves the ledger against the deliveries themselves.
 * @throws StartFailure with the differences
 */
export async function ledgerCheck(config: Config, repair: boolean, say: (line: string) => void): Promise<void> {
  const database = await Database.connect(config);
  try {
    const { days, differences } = await checkLedger(
      new CountsCheckRepository(database),
      config.analyticsKeptDays,
      repair,
    );
    if (differences.length === 0) {
      say(`The ledger balances: ${days} days of deliveries are what was counted.`);
      return;
    }
    const lines = differences.map((difference) => differenceLineOf(difference));
    if (!repair) throw new StartFailure([...lines, `${lines.length} differences.`].join('\n'));
    for (const line of lines) say(line);
    say(`${lines.length} counts were corrected.`);
  } finally {
    await database.close();
  }
}

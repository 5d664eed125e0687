import { CountsCheckRepository } from '../../engine/deliveries/upkeep/counts-check.repository.js';
import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { checkLedger } from './ledger-check.js';

/** Yesterday and today: what is older has been looked at, and changes seldom. `npm run ledger:check` looks at everything. */
const DAYS = 2;

/** Four times a day, whether the ledger is what the deliveries are. It repairs nothing: why it differs is to be found first. */
@Periodic({ name: 'ledger-watch', everyMs: 6 * 3_600_000 })
export class LedgerWatchProcessor implements PeriodicWork {
  constructor(private readonly repository: CountsCheckRepository) {}

  async process(): Promise<void> {
    const { differences } = await checkLedger(this.repository, DAYS, false);
    metrics.ledgerDifferences.set(differences.length);
    metrics.ledgerChecked.set(Math.round(Date.now() / 1_000));
    if (differences.length > 0)
      logger.warn(
        { differences: differences.length },
        'The ledger differs from the deliveries: npm run ledger:check says where.',
      );
  }
}

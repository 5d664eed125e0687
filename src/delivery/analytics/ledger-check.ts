import type { CountDifference, CountsCheckRepository } from '../../engine/deliveries/upkeep/counts-check.repository.js';

const DAY_MS = 86_400_000;
/** Of one day: the next run finds more. */
const SHOWN_PER_DAY = 1_000;

export interface LedgerReport {
  days: number;
  differences: CountDifference[];
}

/**
 * Compares the counts of all clients with the deliveries themselves, day by day, as they were in one moment; while the service
 * runs, too.
 * @param keptDays how long counts are kept: of deliveries that are older there are none
 * @param repair makes the counts what the rows are
 */
export function checkLedger(
  repository: CountsCheckRepository,
  keptDays: number,
  repair: boolean,
): Promise<LedgerReport> {
  return repository.atOnce(async (tx) => {
    const days = await repository.days(tx, keptDays);
    const differences: CountDifference[] = [];
    for (const day of days) {
      const found = await repository.differences(tx, day, new Date(day.getTime() + DAY_MS), SHOWN_PER_DAY);
      if (repair && found.length > 0) await repository.correct(tx, found);
      differences.push(...found);
    }
    return { days: days.length, differences };
  });
}

export const differenceLineOf = ({ client_id, bucket, channel, what, rows, counted }: CountDifference): string =>
  `client ${client_id}, accepted from ${bucket.toISOString()}, ${channel}: ${rows} ${what === 'accepted' ? 'deliveries' : `deliveries ${what}`}, ${counted} counted`;

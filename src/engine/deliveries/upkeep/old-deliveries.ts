import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { dropDays } from '../../../platform/database/partitions.js';

/** Lets go of days of deliveries and attempts whose time is over. */
@Injectable()
export class OldDeliveries {
  constructor(private readonly database: Database) {}

  /**
   * Days on which something was accepted that is still open stay, and those after them: when it ends, it goes to its day.
   * @param keptDays whole days, by when the deliveries were accepted
   */
  async drop(keptDays: number): Promise<void> {
    const query = <T>(sql: string, params?: unknown[]): Promise<T[]> => this.database.query<T>(sql, params);
    const [oldest] = await query<{ days: number }>(
      `select coalesce((clock_timestamp() at time zone 'UTC')::date - (min(created_at) at time zone 'UTC')::date, 0) as days
         from open_deliveries`,
    );
    await dropDays(query, 'ended_deliveries', Math.max(keptDays, oldest!.days));
    await dropDays(query, 'attempts', keptDays);
  }
}

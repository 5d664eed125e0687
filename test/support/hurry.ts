import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from './postgres.js';

/** In whose way nobody is: rows that are locked are somebody's. */
const HURRY = `
  with late as (
    select o.client_id, o.id from open_deliveries o
     where o.status in ('retrying', 'unknown') and o.next_attempt_at > clock_timestamp() + interval '1 second'
     for update skip locked
  )
  update open_deliveries o set next_attempt_at = clock_timestamp()
    from late where o.client_id = late.client_id and o.id = late.id`;

/** A few find out that a provider is back, and with that the others are let go. */
const HURRY_HELD = `
  with late as (
    select o.client_id, o.id from open_deliveries o
     where o.status = 'held' and o.next_attempt_at > clock_timestamp() + interval '1 second'
     order by o.next_attempt_at limit 50 for update skip locked
  )
  update open_deliveries o set next_attempt_at = clock_timestamp()
    from late where o.client_id = late.client_id and o.id = late.id`;

const END_OUTAGES = `
  update provider_breakers set open_until = clock_timestamp()
   where is_open and open_until > clock_timestamp() + interval '2 seconds'`;

/** Who was to find out whether a provider works again, and was killed, had 70 seconds for that. Two may find it out, too. */
const END_PROBES = `
  update provider_breakers set probe_until = null
   where probe_until > clock_timestamp() and probe_until < clock_timestamp() + make_interval(secs => 70 - $1::float8)`;

const LOSE = `
  update open_deliveries o set lease_until = clock_timestamp() - interval '1 second'
   where o.status = 'sending' and o.updated_at < $1 and o.updated_at < clock_timestamp() - make_interval(secs => $2)
     and o.lease_until > clock_timestamp()`;

/** As long as a mail server takes that answers. */
const PROBE_S = 15;

/** Makes hours pass in seconds, for as long as it runs: what waits for its time is due, what is left alone is asked again. */
export class Hurry {
  /** `retries`: providers that are left alone stay so. `nothing`: while the other side is away, or all attempts would be used up. */
  hurries: 'everything' | 'retries' | 'nothing' = 'everything';
  private stopped = false;
  private readonly running: Promise<void>;
  private killedAt: Date | null = null;

  /** @param longestS how long an attempt takes whose process lives: what is older is taken to be of one that was killed */
  constructor(
    private readonly database: TestDatabase,
    private readonly longestS: number,
  ) {
    this.running = this.run();
  }

  /** What was in the hands of a process that is no more is given up soon, instead of after its lease. */
  async somebodyWasKilled(): Promise<void> {
    const [row] = await this.database.query<{ now: Date }>('select clock_timestamp() as now');
    this.killedAt = row!.now;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      if (this.hurries === 'everything') {
        await this.database.query(END_OUTAGES);
        await this.database.query(HURRY_HELD);
      }
      if (this.hurries !== 'nothing') await this.database.query(HURRY);
      if (this.killedAt) {
        await this.database.query(LOSE, [this.killedAt, this.longestS]);
        await this.database.query(END_PROBES, [Math.min(this.longestS, PROBE_S)]);
      }
      await sleep(300);
    }
  }
}

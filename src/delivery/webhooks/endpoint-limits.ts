import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { laneKeyOf } from '../../engine/deliveries/dispatch/job-plan.js';
import { Lanes } from '../../engine/deliveries/dispatch/lanes.js';
import { Workers } from '../../engine/deliveries/dispatch/workers.js';
import { laneOfEndpoint, type EndpointRow } from './endpoint.js';
import { EndpointsRepository } from './endpoints.repository.js';

const LOOK_MS = 2_000;

/** How many requests endpoints take at once, where they said so: read every few seconds by who sends. */
@Injectable()
export class EndpointLimits implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly byLane = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private changes = 0;

  constructor(
    private readonly repository: EndpointsRepository,
    private readonly workers: Workers,
    private readonly lanes: Lanes,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.runsJobs()) return;
    this.workers.limitLanes((lane) => this.byLane.get(lane));
    await this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** What was just set here holds here at once; other processes look. @param before null: it is new */
  changed(before: EndpointRow | null, { client_id, id, concurrency, rate_limit_per_second }: EndpointRow): void {
    this.changes++;
    if (concurrency !== (before?.concurrency ?? null)) this.set(nameOf(client_id, id), concurrency);
    if (before === null || rate_limit_per_second === before.rate_limit_per_second) return;
    // What waits for its turn was told when that comes by the rate that was.
    this.lanes.resume(client_id, laneOfEndpoint(id), 'rate_limited').catch((error: unknown) => {
      logger.warn({ client_id, endpoint_id: id, err: error }, 'What waits for an endpoint keeps to its rate before.');
    });
  }

  private set(lane: string, concurrency: number | null): void {
    if (concurrency === null) this.byLane.delete(lane);
    else this.byLane.set(lane, concurrency);
    this.workers.laneChanged(lane);
  }

  private async look(): Promise<void> {
    const changes = this.changes;
    try {
      const rows = await this.repository.limited();
      // What was read may be older than what was set meanwhile.
      if (changes !== this.changes) return;
      const found = new Map(rows.map(({ client_id, id, concurrency }) => [nameOf(client_id, id), concurrency]));
      for (const lane of this.byLane.keys()) if (!found.has(lane)) this.set(lane, null);
      for (const [lane, concurrency] of found) if (this.byLane.get(lane) !== concurrency) this.set(lane, concurrency);
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'The limits of endpoints could not be read yet.');
    }
  }
}

const nameOf = (clientId: string, id: string): string => laneKeyOf({ client_id: clientId, lane: laneOfEndpoint(id) });

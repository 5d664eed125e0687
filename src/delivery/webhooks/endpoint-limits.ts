import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { laneOf } from '../../engine/deliveries/job-plan.js';
import { Workers } from '../../engine/deliveries/workers.js';
import { laneOfEndpoint } from './endpoint.js';
import { EndpointsRepository } from './endpoints.repository.js';

const LOOK_MS = 2_000;

/** How many requests endpoints take at once, where they said so: read every few seconds by who sends. */
@Injectable()
export class EndpointLimits implements OnApplicationBootstrap, OnModuleDestroy {
  private byLane = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: EndpointsRepository,
    private readonly workers: Workers,
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

  /** What was just set here holds here at once. */
  set(clientId: string, id: string, concurrency: number | null): void {
    const lane = laneOf({ client_id: clientId, lane: laneOfEndpoint(id) });
    if (concurrency === null) this.byLane.delete(lane);
    else this.byLane.set(lane, concurrency);
  }

  private async look(): Promise<void> {
    try {
      const rows = await this.repository.limited();
      this.byLane = new Map(
        rows.map(({ client_id, id, concurrency }) => [laneOf({ client_id, lane: laneOfEndpoint(id) }), concurrency]),
      );
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'The limits of endpoints could not be read yet.');
    }
  }
}

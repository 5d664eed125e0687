import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { Config } from '../../platform/config/config.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import { EndpointReleasesRepository } from './endpoint-releases.repository.js';

/** How often what nobody told this process of is looked for. */
const LOOK_MS = 1_000;
const MOST_ENDPOINTS = 500;
const AT_ONCE = 4;

interface Place {
  client_id: string;
  id: string;
}

/**
 * Lets go what waits for its turn at an endpoint: for a condition to be judged, for the event before it in its room, or for a rate.
 * What it does is written under the endpoint's lock, so that of several processes one at a time does it.
 */
@Injectable()
export class EndpointReleases implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly nudged = new Map<string, Place>();
  private running: Promise<void> | undefined;
  private stopped = false;
  private interrupt: (() => void) | undefined;

  constructor(
    private readonly repository: EndpointReleasesRepository,
    private readonly due: DueSignal,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) this.running = this.loop();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.interrupt?.();
    await this.running;
  }

  /** Something may be let go. Costs nothing. */
  nudge(clientId: string, endpointId: string): void {
    if (this.nudged.size > 10_000) return;
    this.nudged.set(endpointId, { client_id: clientId, id: endpointId });
    this.interrupt?.();
  }

  private async loop(): Promise<void> {
    let lookedAt = Number.NEGATIVE_INFINITY;
    while (!this.stopped) {
      const places = [...this.nudged.values()];
      this.nudged.clear();
      try {
        if (performance.now() - lookedAt >= LOOK_MS) {
          lookedAt = performance.now();
          const known = new Set(places.map(({ id }) => id));
          places.push(...(await this.repository.waiting(MOST_ENDPOINTS)).filter(({ id }) => !known.has(id)));
        }
        for (let at = 0; at < places.length && !this.stopped; at += AT_ONCE) {
          await Promise.all(places.slice(at, at + AT_ONCE).map((place) => this.release(place)));
        }
      } catch (error) {
        logger.warn({ reason: (error as Error).message }, 'Events for endpoints could not be released yet.');
      }
      if (this.nudged.size === 0 && !this.stopped) await this.pause(LOOK_MS);
    }
  }

  private async release({ client_id, id }: Place): Promise<void> {
    try {
      const { released, more, waitMs } = await this.repository.release(client_id, id);
      if (released > 0) this.due.raise();
      if (more && waitMs === 0) this.nudge(client_id, id);
      else if (more) setTimeout(() => this.nudge(client_id, id), waitMs).unref();
    } catch (error) {
      if (error instanceof Problem && error.code === 'overloaded') return;
      logger.warn({ client_id, endpoint_id: id, err: error }, 'Events for an endpoint could not be released yet.');
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.interrupt = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.interrupt = done;
    });
  }
}

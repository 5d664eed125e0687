import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { Lanes } from '../../engine/deliveries/dispatch/lanes.js';
import { EVENT, laneOfEndpoint, type EndpointRow } from './endpoint.js';
import { EndpointsRepository } from './endpoints.repository.js';

/** `reason` of the deliveries that wait until an endpoint is enabled again. */
export const ENDPOINT_DISABLED = 'endpoint_disabled';

/** How often what should go on, and does not, is looked for. */
const LOOK_MS = 60_000;

type Place = Pick<EndpointRow, 'client_id' | 'id'>;

/**
 * What is open of an endpoint goes by what that is: held while it is disabled, on its way while it is enabled, cancelled when it was
 * removed. Whoever changes one, or finds something that does not go by it, has it followed. That looks at the endpoint under its
 * lock, so that whoever comes last does what holds last.
 */
@Injectable()
export class EndpointHolds implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: EndpointsRepository,
    private readonly lanes: Lanes,
    private readonly config: Config,
  ) {}

  /** A process that was killed in the middle of it left the rest. */
  onApplicationBootstrap(): void {
    if (!this.config.runsJobs()) return;
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Until all that is open, and in nobody's hands, goes by what the endpoint is. */
  async follow({ client_id, id }: Place): Promise<void> {
    const lane = laneOfEndpoint(id);
    for (let isSo = false; !isSo;) {
      const status = await this.repository.statusOf(client_id, id);
      const still = async (tx: Parameters<EndpointsRepository['shareStatus']>[0]) =>
        (isSo = (await this.repository.shareStatus(tx, client_id, id)) === status);
      if (status === 'disabled') await this.lanes.hold(client_id, lane, ENDPOINT_DISABLED, still);
      else if (status === 'enabled') await this.lanes.resume(client_id, lane, ENDPOINT_DISABLED, still);
      else return this.end(client_id, lane);
    }
  }

  /** By the way: nobody waits for it. */
  followSoon({ client_id, id }: Place): void {
    this.follow({ client_id, id }).catch((error: unknown) => {
      logger.warn({ client_id, endpoint_id: id, err: error }, 'Deliveries of an endpoint could not follow it yet.');
    });
  }

  /** Nobody enables again what was removed. */
  private async end(clientId: string, lane: string): Promise<void> {
    await this.lanes.cancel(clientId, lane, 'endpoint_removed', EVENT);
    // Notifications that name it fail by their next attempt.
    await this.lanes.rouse(clientId, lane);
  }

  private async look(): Promise<void> {
    try {
      for (const place of await this.repository.heldThoughEnabled(ENDPOINT_DISABLED)) await this.follow(place);
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'What endpoints hold could not be looked at yet.');
    }
  }
}

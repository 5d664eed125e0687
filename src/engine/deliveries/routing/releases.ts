import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RedisConnections } from '../../../platform/database/redis.js';
import { logger } from '../../../platform/common/logger.js';
import { OPERATOR } from '../../providers/provider.registry.js';
import { ProvidersService, type ProviderObserver } from '../../providers/providers.service.js';
import { DeliveriesRepository, RELEASED_AT_ONCE } from '../deliveries.repository.js';

/** Released are a million at most; the others' time comes by itself. */
const PAGES = 500;
/** Until every process knows of the change: longer than any of them remembers a client's providers. */
const KNOWN_BY_ALL_MS = 5_500;

/** Lets go of what waits for a provider, as soon as one was added, changed or works again. */
@Injectable()
export class Releases implements ProviderObserver, OnModuleInit {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly redis: RedisConnections,
    private readonly providers: ProvidersService,
  ) {}

  onModuleInit(): void {
    this.providers.register(this);
  }

  async providersChanged(clientId: string, channel: string): Promise<void> {
    await this.release(clientId, channel);
  }

  /** Never throws: what is not released now comes at its time. @param clientId {@link OPERATOR}: what waits of any client */
  async release(clientId: string, channel: string): Promise<void> {
    // Without Redis there is no other process.
    const afterMs = this.redis.configured ? KNOWN_BY_ALL_MS : 0;
    try {
      for (let page = 0; page < PAGES; page++) {
        const whose = clientId === OPERATOR ? null : clientId;
        if ((await this.repository.release(whose, channel, afterMs)) < RELEASED_AT_ONCE) return;
      }
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'Held deliveries could not be released before their time.');
    }
  }
}

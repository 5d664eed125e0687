import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { SocketLimit } from '../../tenancy/clients/socket-limit.js';
import { ConnectionsRepository } from './connections.repository.js';

const EVERY_MS = 60_000;

/** Puts on record how many connections of each client this process had open, at most, since it last did. */
@Injectable()
export class ConnectionSampling implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly node = newId();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sockets: SocketLimit,
    private readonly repository: ConnectionsRepository,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.servesApi()) this.timer = setInterval(() => void this.sample(), EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    if (this.timer) await this.sample();
  }

  /** Never throws: what could not be written is lost, and the next sample is not. */
  async sample(): Promise<void> {
    const peaks = [...this.sockets.takePeaks()].map(([client_id, peak]) => ({ client_id, peak }));
    if (peaks.length === 0) return;
    await this.repository.add(this.node, peaks).catch((error: Error) => {
      logger.warn({ reason: error.message }, 'Numbers of connections could not be put on record.');
    });
  }
}

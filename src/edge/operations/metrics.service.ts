import { statfs } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { metrics, MOST_COUNTED, registry } from '../../platform/common/metrics.js';
import { isOwnMachine } from '../../platform/common/own-machine.js';
import { Problem } from '../../platform/common/problem.js';
import { sameSecret } from '../../platform/common/same-secret.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import type { JobQueue } from '../../platform/queue/job-queue.js';
import { Queues } from '../../platform/queue/queues.js';
import { DeliveryCountsRepository } from '../../engine/deliveries/delivery-counts.repository.js';
import { LogReaders } from '../../engine/events/log-readers.js';

@Injectable()
export class MetricsService {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly readers: LogReaders,
    private readonly counts: DeliveryCountsRepository,
  ) {}

  /** @throws Problem `unauthenticated` or `invalid_key` unless asked from loopback or with METRICS_TOKEN */
  check(request: FastifyRequest): void {
    const { metricsToken } = this.config;
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && metricsToken !== undefined && sameSecret(token, metricsToken)) return;
    if (token === undefined && isOwnMachine(request, Boolean(this.config.trustProxy))) return;
    throw token === undefined
      ? new Problem('unauthenticated', 'Metrics are for loopback, or for Authorization: Bearer <METRICS_TOKEN>.')
      : new Problem('invalid_key', 'The token is not METRICS_TOKEN.');
  }

  async render(): Promise<string> {
    const { totalCount, idleCount, waitingCount } = this.database.pool;
    metrics.databaseConnections.set({ state: 'busy' }, totalCount - idleCount);
    metrics.databaseConnections.set({ state: 'idle' }, idleCount);
    metrics.databaseConnections.set({ state: 'waiting' }, waitingCount);
    await Promise.all([
      ...this.queues.all.map((queue) => this.readQueue(queue)),
      this.readLags(),
      this.readDeliveries(),
      this.readDisk(),
    ]);
    return registry.metrics();
  }

  private async readDisk(): Promise<void> {
    const { dataDir } = this.config;
    if (dataDir === undefined) return;
    const disk = await statfs(dataDir).catch(() => undefined);
    if (disk && disk.blocks > 0) metrics.diskFree.set({ of: 'data' }, disk.bavail / disk.blocks);
  }

  /** While the database is away, what this process last saw. */
  private async readLags(): Promise<void> {
    await this.readers.lags().catch(() => undefined);
  }

  /** While the database is away, nothing rather than what was. */
  private async readDeliveries(): Promise<void> {
    try {
      const { open, waiting, overdueS } = await this.counts.backlog(MOST_COUNTED);
      metrics.deliveriesOpen.reset();
      for (const [status, n] of open) metrics.deliveriesOpen.set({ status }, n);
      metrics.countsWaiting.set(waiting);
      metrics.deliveriesOverdue.set(overdueS);
    } catch {
      metrics.deliveriesOpen.reset();
    }
  }

  /** A queue that can't be asked shows nothing rather than its last depth. */
  private async readQueue(queue: JobQueue): Promise<void> {
    try {
      for (const [kind, counts] of await this.queues.countsByJob(queue)) {
        for (const [state, jobs] of Object.entries(counts)) {
          metrics.queueJobs.set({ queue: queue.name, kind, state }, jobs);
        }
      }
      metrics.queueOldestJob.set({ queue: queue.name }, (await this.queues.oldest(queue)).seconds);
    } catch {
      metrics.queueJobs.reset();
      metrics.queueOldestJob.reset();
    }
  }
}

import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { BullRegistrar } from '@nestjs/bullmq';
import { Config } from '../config/config.js';
import { QueueBackend } from './queue.backend.js';
import { Queues } from './queues.js';
import { Schedules } from './schedules.js';

/** Makes the workers where this process runs jobs, and closes them and the queues, in this order. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private running = false;

  constructor(
    private readonly config: Config,
    private readonly backend: QueueBackend,
    private readonly queues: Queues,
    private readonly schedules: Schedules,
    private readonly registrar: BullRegistrar,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.runsJobs()) return;
    this.registrar.register();
    this.running = true;
    this.schedules.start();
  }

  /** Before connections are closed that jobs in hand need. BullModule would close the workers only after that. */
  async beforeApplicationShutdown(): Promise<void> {
    this.schedules.stop();
    if (this.running) await Promise.all(this.queues.processors.map(({ worker }) => worker.close()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.queues.all.map((queue) => queue.close()));
    await this.backend.close();
  }
}

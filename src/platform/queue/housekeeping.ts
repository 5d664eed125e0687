import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { periodicOf, type PeriodicOptions, type PeriodicWork } from './periodic.js';

/** The one queue of all periodic work. */
export const HOUSEKEEPING_QUEUE = 'housekeeping';

/** Kinds of work that have a turn at once in a process. One kind does once, so that none ever waits for another. */
export const KINDS_AT_ONCE = 32;

export interface Chore extends PeriodicOptions {
  work: PeriodicWork;
}

/** The periodic work of this application, as its modules provide it. Not for constructors. */
@Injectable()
export class Housekeeping implements OnModuleInit {
  private chores = new Map<string, Chore>();

  constructor(private readonly discovery: DiscoveryService) {}

  get all(): Chore[] {
    return [...this.chores.values()];
  }

  find(name: string): Chore | undefined {
    return this.chores.get(name);
  }

  /** @throws Error when two go by one name, or there are more than have a turn at once */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) {
      const declared = periodicOf(instance);
      if (!declared) continue;
      if (this.chores.has(declared.name)) throw new Error(`Two kinds of periodic work are named "${declared.name}".`);
      this.chores.set(declared.name, { ...declared, work: instance as PeriodicWork });
    }
    if (this.chores.size > KINDS_AT_ONCE)
      throw new Error(`There are ${this.chores.size} kinds of periodic work, more than ${KINDS_AT_ONCE}.`);
  }
}

import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';

const PERIODIC_METADATA = 'chatapi:periodic';

/** What comes round again and again. Its loss, or a turn too many, must be of no consequence. */
export interface PeriodicWork {
  /** One turn. Bounded in itself: a stop waits for it, and so does its own next turn. */
  process(): Promise<void>;
}

export interface PeriodicOptions {
  /** What the queue board, the log and the metrics call it; unique in the house. */
  name: string;
  /** It has a turn about this often, in milliseconds, in one process of the cluster at a time. */
  everyMs: number;
}

/** Declares periodic work. A module provides the class; nothing else is to be registered. */
export const Periodic = (options: PeriodicOptions): ClassDecorator =>
  applyDecorators(Injectable(), SetMetadata(PERIODIC_METADATA, options));

/** What a provider declared by {@link Periodic}. */
export const periodicOf = (instance: unknown): PeriodicOptions | undefined =>
  instance instanceof Object
    ? (Reflect.getMetadata(PERIODIC_METADATA, instance.constructor) as PeriodicOptions | undefined)
    : undefined;

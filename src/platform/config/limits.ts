import type { ValuesOf } from './config.key.js';
import { limitKeys } from './limits.keys.js';

/** What requests are held to; config.keys.ts lists and explains each. */
export type Limits = ValuesOf<typeof limitKeys>;
/** The name of one of the limits. */
export type LimitName = keyof Limits;

/** A fixed number, or the name of a limit, which is looked up each time that it is needed. */
export type Bound = number | LimitName;

/** The limits as nobody has set them. */
export const defaultLimits = (): Limits =>
  Object.fromEntries(Object.entries(limitKeys).map(([name, key]) => [name, Number(key.default)])) as unknown as Limits;

/**
 * The limits that hold in this process: the defaults until the application is made, then those of its Config.
 * Classes and constants are made before, so whatever is made while modules load names a limit ({@link Bound}) and never
 * reads one here.
 */
export const limits: Limits = defaultLimits();

/** Makes these the limits of this process. */
export const setLimits = (values: Limits): void => void Object.assign(limits, values);

/** The number that a bound stands for in this process. */
export const limitOf = (bound: Bound): number => (typeof bound === 'number' ? bound : limits[bound]);

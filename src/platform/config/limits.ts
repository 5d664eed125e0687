import { limitKeys } from './config.keys.js';

/** Names a size, count or rate that requests are held to, as config.keys.ts lists them. */
export type LimitName = keyof typeof limitKeys;
export type Limits = { readonly [Name in LimitName]: number };

/** A fixed number, or the name of a limit, which is looked up each time that it is needed. */
export type Bound = number | LimitName;

/** The limits as nobody has set them. */
export const defaultLimits = (): Limits =>
  Object.fromEntries(Object.entries(limitKeys).map(([name, key]) => [name, Number(key.default)])) as unknown as Limits;

/**
 * The limits that hold in this process: the defaults until `loadConfig` has read the settings. Classes and constants are
 * made before that, so whatever is made while modules load names a limit ({@link Bound}) instead of reading it here.
 */
export const limits: Limits = defaultLimits();

/** Makes these the limits of this process. */
export const setLimits = (values: Limits): void => void Object.assign(limits, values);

/** The number that a bound stands for now. */
export const limitOf = (bound: Bound): number => (typeof bound === 'number' ? bound : limits[bound]);

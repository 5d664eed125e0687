import { limitKeys } from './config.keys.js';
import { environment } from './environment.js';

/** Sizes, counts and rates that requests are held to; see config.keys.ts for what each means. */
export type Limits = { readonly [Name in keyof typeof limitKeys]: number };

/**
 * Read when this module loads, because validation decorators and the OpenAPI document need them while classes are
 * defined. A wrong value falls back to the default here; loadConfig, which every start calls before, refuses it.
 */
export const limits = Object.fromEntries(
  Object.entries(limitKeys).map(([name, key]) => {
    const fallback = Number(key.default);
    return [name, key.parse(environment()[key.name] || key.default) ?? fallback];
  }),
) as unknown as Limits;

import { Foundation1764000000000 } from './1764000000000-foundation.js';

/** In order. Classes, not globs: what is not named here does not run. */
export const MIGRATIONS = [Foundation1764000000000];

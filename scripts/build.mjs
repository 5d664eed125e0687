import { build, PRODUCT } from './dist.mjs';

// What depends on another is behind it.
process.exitCode = PRODUCT.map((one) => build(one)).find((status) => status !== 0) ?? 0;

import { build } from './dist.mjs';

process.exitCode = build();

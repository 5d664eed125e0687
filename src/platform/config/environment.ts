import { existsSync } from 'node:fs';

let loaded = false;

/** The process's variables, with those of `.env` in the working directory added once. Variables already set win. */
export function environment(): NodeJS.ProcessEnv {
  if (!loaded) {
    loaded = true;
    if (existsSync('.env')) process.loadEnvFile('.env');
  }
  return process.env;
}

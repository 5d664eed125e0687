import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './is-alive.js';

/** In the data directory while a server of it answers. */
const FILE = 'server.json';

/** Keeps where this process answers, for commands beside it, until it ends. */
export function keepServerAddress(dataDir: string, url: string): void {
  const file = join(dataDir, FILE);
  const address = new URL(url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//127.0.0.1')).origin;
  writeFileSync(file, `${JSON.stringify({ pid: process.pid, url: address })}\n`, { mode: 0o600 });
  process.once('exit', () => {
    if (read(file)?.pid === process.pid) rmSync(file, { force: true });
  });
}

/** Where the server of this data directory answers; undefined where none runs. */
export function serverAddress(dataDir: string): string | undefined {
  const kept = read(join(dataDir, FILE));
  return kept && isAlive(kept.pid) ? kept.url : undefined;
}

function read(file: string): { pid: number; url: string } | undefined {
  try {
    const { pid, url } = JSON.parse(readFileSync(file, 'utf8')) as { pid: unknown; url: unknown };
    return Number.isSafeInteger(pid) && Number(pid) > 0 && typeof url === 'string' && URL.canParse(url)
      ? { pid: Number(pid), url }
      : undefined;
  } catch {
    return undefined;
  }
}

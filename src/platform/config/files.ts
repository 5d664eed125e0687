import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartFailure } from './failure.js';

const hasCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

/**
 * The text of a file that only its owner may read; made with `make()` where there is none. Of processes that do so at
 * once all get the same text: a complete file is linked into its place, which fails when there already is one.
 */
export function keepSecret(path: string, make: () => string): string {
  try {
    return keep(path, make);
  } catch (error) {
    throw new StartFailure(
      `${path} cannot be read or made (${(error as Error).message}). Give this user the right to do so, or set CHATAPI_DATA_DIR to another directory.`,
    );
  }
}

function keep(path: string, make: () => string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8').trim();
}

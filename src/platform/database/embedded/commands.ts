import { spawn } from 'node:child_process';
import type { ServerUser } from '../../config/data-dir.js';

export const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? '';

/** For the command line that pg_ctl hands to a shell. */
export const shellQuote = (value: string): string =>
  process.platform === 'win32' ? `"${value}"` : `'${value.replaceAll("'", `'\\''`)}'`;

/** Runs a program to its end. With `listen` its standard error is kept, which only works when it leaves no child behind. */
export function execute(
  file: string,
  args: string[],
  cwd: string,
  user: ServerUser | undefined,
  listen: boolean,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...user,
      cwd,
      stdio: ['ignore', 'ignore', listen ? 'pipe' : 'ignore'],
      windowsHide: true,
    });
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface ShellCall {
  method: string;
  url: string;
  status: number;
  text: string;
}

/** What a shell asks by `curl`, as far as documents use its options. */
interface Asked {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/**
 * Runs a script of `sh` in which `curl` is a function: the calls are made by this process, which needs no curl and can look at
 * each answer. They come one after the other, by a pipe with a name; another one gives the answer back.
 * @throws Error where the script fails, or `curl` is given an option that this does not know
 */
export async function shellCalls(script: string, env: Record<string, string>): Promise<ShellCall[]> {
  const dir = mkdtempSync(join(tmpdir(), 'chatapi-shell-'));
  const [ask, answer] = [join(dir, 'ask'), join(dir, 'answer')];
  execFileSync('mkfifo', [ask, answer]);
  const calls: ShellCall[] = [];
  let fault: Error | undefined;
  const serving = (async () => {
    for (let args; (args = await readFile(ask, 'utf8')) !== '';) {
      const call = await callOf(args.split('\0').slice(0, -1)).catch((error: Error) => error);
      if (call instanceof Error) fault ??= call;
      else calls.push(call);
      // The shell waits for it in any case.
      await writeFile(answer, call instanceof Error ? '' : call.text);
    }
  })();
  const curl = `curl() { printf '%s\\0' "$@" > '${ask}'; cat '${answer}'; }`;
  try {
    await promisify(execFile)('sh', ['-c', `set -eu\n${curl}\n${script}`], {
      env: { PATH: process.env.PATH, ...env },
      timeout: 60_000,
    });
  } finally {
    // Nothing more is asked.
    await writeFile(ask, '');
    await serving;
    rmSync(dir, { recursive: true });
  }
  if (fault) throw fault;
  return calls;
}

async function callOf(args: string[]): Promise<ShellCall> {
  const { url, method, headers, body } = askedOf(args);
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return { method, url, status: response.status, text: await response.text() };
}

function askedOf(args: string[]): Asked {
  const asked: Partial<Asked> & Pick<Asked, 'headers'> = { headers: {} };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '-s') continue;
    if (arg === '-X') asked.method = args[++at]!;
    else if (arg === '-d') asked.body = args[++at]!;
    else if (arg === '-H') {
      const [, name, value] = /^([^:]+): *(.*)$/.exec(args[++at]!)!;
      asked.headers[name!.toLowerCase()] = value!;
    } else if (arg.startsWith('-') || asked.url !== undefined) throw new Error(`no option of the tests' curl: ${arg}`);
    else asked.url = arg;
  }
  // What curl says of a body unless told.
  if (asked.body !== undefined) asked.headers['content-type'] ??= 'application/x-www-form-urlencoded';
  return { method: asked.body === undefined ? 'GET' : 'POST', url: '', ...asked };
}

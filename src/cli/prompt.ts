import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Interrupted, Usage } from './exit.js';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACES = new Set(['\u007f', '\b']);

/** A line that nobody sees: from a terminal without echo, else what is piped in. */
export async function readSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return (await text(stdin)).trim();
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let line = '';
  try {
    for await (const chunk of stdin) {
      for (const character of chunk as string) {
        if (character === CTRL_C) throw new Interrupted();
        if (character === '\r' || character === '\n' || character === CTRL_D) return line.trim();
        line = BACKSPACES.has(character) ? line.slice(0, -1) : line + character;
      }
    }
    return line.trim();
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** @throws Usage where there is nobody to ask, Interrupted when the question is not answered */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Usage('There is no terminal to ask at: say --yes.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D come to the interface, which closes and leaves the question open.
  const unanswered = new Promise<never>((_, reject) => lines.once('close', () => reject(new Interrupted())));
  unanswered.catch(() => undefined);
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), unanswered]);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    throw new Interrupted();
  } finally {
    lines.close();
  }
}

/** Of a file, or of standard input for `-`. */
export async function readInput(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new Usage(`${file} cannot be read: ${error.message}`);
  });
}

/** @throws Usage that names where the JSON came from */
export function parseJson(source: string, what: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new Usage(`${what === '-' ? 'Standard input' : what} is no JSON: ${(error as Error).message}`);
  }
}

import { failureOf, type Failure } from './failures.js';
import { EXIT } from './exit.js';
import { makeProgram } from './program.js';
import type { Wiring } from './server-commands.js';

/** Does what was said. Never throws: what went wrong is in the answer. @param words without the names of node and command */
export async function runCommand(words: readonly string[], wiring: Wiring): Promise<Failure> {
  try {
    const program = await makeProgram(wiring, words);
    await program.parseAsync(words, { from: 'user' });
    return { code: EXIT.ok, text: '' };
  } catch (error) {
    return failureOf(error, words.includes('--json'));
  }
}

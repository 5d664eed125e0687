import { CommanderError } from 'commander';
import { environment } from '../platform/config/environment.js';
import { StartFailure } from '../platform/config/failure.js';
import { Refused } from './api.js';
import { EXIT, Found, Interrupted, Unreachable, Usage } from './exit.js';
import { clean } from './format.js';
import { coloursFor, type Colours } from './output.js';

/** How a command that failed ends: its exit code, and what is said on standard error. */
export interface Failure {
  code: number;
  text: string;
}

export function failureOf(error: unknown, json: boolean): Failure {
  if (error instanceof CommanderError) {
    // It has said what was to be said; help and version are no failure.
    return { code: error.exitCode === 0 ? EXIT.ok : EXIT.usage, text: '' };
  }
  if (error instanceof Interrupted) return { code: EXIT.interrupted, text: '' };
  const colours = coloursFor(environment(), process.stderr.isTTY === true);
  if (error instanceof Refused) {
    return { code: EXIT.refused, text: json ? JSON.stringify(error.problem) : refusal(error, colours) };
  }
  if (error instanceof Usage) return told(EXIT.usage, 'usage', error, json, colours);
  if (error instanceof Unreachable) return told(EXIT.unreachable, 'unreachable', error, json, colours);
  if (error instanceof Found) return told(EXIT.found, 'found', error, json, colours);
  if (error instanceof StartFailure) return { code: EXIT.refused, text: error.message };
  return { code: EXIT.refused, text: (error as Error).stack ?? String(error) };
}

function told(code: number, name: string, { message }: Error, json: boolean, colours: Colours): Failure {
  if (message === '') return { code, text: '' };
  return {
    code,
    text: json ? JSON.stringify({ code: name, detail: message }) : `${colours.red('✗')} ${clean(message)}`,
  };
}

/** Code, detail, what is wrong with which field, and what to tell who runs the server. */
function refusal({ problem }: Refused, colours: Colours): string {
  const { code = String(problem.status), detail, title, errors = [], request_id } = problem;
  return [
    `${colours.red('✗')} ${colours.bold(clean(code))}: ${clean(detail ?? title ?? '')}`,
    ...errors.map(({ field, message }) => `  ${clean(field)}: ${clean(message)}`),
    ...(problem.retry_after_s ? [`  again in ${problem.retry_after_s} s`] : []),
    ...(request_id ? [colours.dim(`  request_id ${clean(request_id)}`)] : []),
    ...(code === 'invalid_key'
      ? ['  `chatapi doctor` says where the key is from, `chatapi login` keeps another one.']
      : []),
  ].join('\n');
}

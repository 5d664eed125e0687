import type { Command } from 'commander';
import { examples, integer, many, run, type Context } from './context.js';
import type { TailOptions } from './tail-run.js';

export function registerTail(program: Command): void {
  program
    .command('tail')
    .description(
      'what happens now: with a master key in the whole client, with --as or a user’s key to that user, with --room there',
    )
    .option('--room <id>', 'only in this room')
    .option('--events <types>', 'only these, such as message.*,notification.failed', many)
    .option('--ephemeral', 'typing, presence and the like too (with --as or --room)')
    .option('-n, --count <n>', 'end after so many', integer(1, 1e9))
    .addHelpText(
      'after',
      examples('tail', 'tail --as alice', 'tail --room 0199c2d4-… --events "message.*"', 'tail --json | jq -c .data'),
    )
    .action(run(async (context: Context<TailOptions>) => (await import('./tail-run.js')).tail(context)));
}

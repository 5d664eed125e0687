import type { Command } from 'commander';
import { duration, examples, integer, many, run, type Context } from './context.js';
import type { ListenOptions } from './listen-run.js';

export function registerListen(program: Command): void {
  program
    .command('listen')
    .description('post what endpoints would be told to a server of yours, signed as they get it; takes a master key')
    .requiredOption('--forward-to <url>', 'where to, such as http://localhost:3000/hooks')
    .option('--events <types>', 'only these, such as message.*,notification.failed', many)
    .option('--secret <secret>', 'sign with this (whsec_…); else one that is kept for this server')
    .option('--timeout <time>', 'how long your server may take', duration, 15)
    .option('-n, --count <n>', 'end after so many', integer(1, 1e9))
    .addHelpText(
      'after',
      examples(
        'listen --forward-to http://localhost:3000/hooks',
        'listen --forward-to http://localhost:3000/hooks --events "message.*"',
      ) + '\n\nIn another terminal: chatapi trigger message.created',
    )
    .action(run(async (context: Context<ListenOptions>) => (await import('./listen-run.js')).listen(context)));
}

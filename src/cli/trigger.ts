import type { Command } from 'commander';
import { duration, examples, run, type Context } from './context.js';
import type { TriggerOptions } from './trigger-run.js';

export function registerTrigger(program: Command): void {
  program
    .command('trigger')
    .argument('[event]', 'its type, such as message.created')
    .description('make an event really happen, to see what your code makes of it; takes a master key')
    .option('--list', 'what can be made to happen, and how')
    .option('--room <id>', 'in this room, where it is about one; else in a new one')
    .option('--gone <url>', 'what answers 410, for delivery.failed and endpoint.disabled; else this machine does')
    .option('--timeout <time>', 'how long to wait for it, such as 90 or 2m', duration, 30)
    .addHelpText('after', examples('trigger --list', 'trigger message.created', 'trigger notification.failed --json'))
    .action(
      run(async (context: Context<TriggerOptions>, event?: string) =>
        context.options.list
          ? (await import('./trigger-list.js')).listRecipes(context)
          : (await import('./trigger-run.js')).trigger(context, event),
      ),
    );
}

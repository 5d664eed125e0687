import type { Command } from 'commander';
import { examples, integer, run, type Context } from './context.js';
import type { TriggerOptions } from './trigger-run.js';

export function registerTrigger(program: Command): void {
  program
    .command('trigger')
    .argument('[event]', 'its type, such as message.created')
    .description('make an event really happen, to see what your code makes of it; takes a master key')
    .option('--list', 'what can be made to happen, and how')
    .option('--room <id>', 'in this room, where it is about one; else in a new one')
    .option('--timeout <s>', 'how long to wait for it', integer(1, 600), 30)
    .addHelpText('after', examples('trigger --list', 'trigger message.created', 'trigger notification.failed --json'))
    .action(
      run(async (context: Context<TriggerOptions>, event?: string) =>
        (await import('./trigger-run.js')).trigger(context, event),
      ),
    );
}

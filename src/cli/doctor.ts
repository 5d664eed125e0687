import type { Command } from 'commander';
import { examples, run, type Context } from './context.js';
import type { DoctorOptions } from './doctor-run.js';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'looks at server, database, migrations, queue, Redis, clock, egress and disk, with the fix for each finding; exit code 4 where something is wrong',
    )
    .option('--egress <url>', 'what outbound connections are tried with', 'https://example.com')
    .addHelpText(
      'after',
      `\nWhere the settings of a server are at hand (DATABASE_URL, REDIS_URL, .env, or .data of a checkout), its parts are looked at\nthemselves; else only what the server tells.${examples('doctor', 'doctor --url https://chat.example.com --json')}`,
    )
    .action(run(async (context: Context<DoctorOptions>) => (await import('./doctor-run.js')).doctor(context)));
}

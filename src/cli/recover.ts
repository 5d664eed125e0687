import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { Api, at } from './api.js';
import { examples, integer, run, when, type Context } from './context.js';
import { filtering, queryOf, type DeliveryFilter } from './deliveries.js';
import { Interrupted, Usage } from './exit.js';
import { progress } from './progress.js';
import { confirm } from './prompt.js';

interface Recovery {
  id: string;
  status: 'running' | 'completed' | 'cancelled';
  matched: number;
  resent: number;
  skipped: number;
}

interface Options extends DeliveryFilter {
  endpoint?: string;
  since?: string;
  rate?: number;
  dryRun?: boolean;
  yes?: boolean;
}

const LOOK_MS = 500;

export function registerRecover(program: Command): void {
  const command = filtering(program.command('recover'), 'failed, expired, cancelled, sent or delivered');
  const filters = command.options.map((option) => option.attributeName());
  command
    .description('send again what failed: counts it, asks, shows how far it has come; Ctrl-C cancels the rest')
    .addOption(new Option('--endpoint <id>', 'everything that this endpoint missed; takes --since').conflicts(filters))
    .option('--since <time>', 'with --endpoint: since when', when)
    .option('--rate <n>', 'so many a second at most', integer(1, 1_000))
    .option('--dry-run', 'only count')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples('recover --provider main --from 2h', 'recover --endpoint 0199c2d4-… --since 3d --yes'),
    )
    .action(run(recover));
}

async function recover(context: Context<Options>): Promise<void> {
  const { client, out, options, signal } = context;
  const start = startOf(client, options);
  const counted = await start(true);
  if (options.dryRun) {
    await out.result(counted, () =>
      out.line(`${counted.matched} match; those that were sent again already are left out.`),
    );
    return;
  }
  if (counted.matched === 0) {
    await out.result(counted, () => out.line('There is nothing to send again.'));
    return;
  }
  if (!options.yes && !(await confirm(`${counted.matched} deliveries match. Send them again?`, signal)))
    throw new Interrupted();
  const recovery = await follow(context, await start(false));
  await out.result(recovery, () =>
    out.line(
      `${recovery.status}: ${recovery.resent} sent again, ${recovery.skipped} left out, of ${recovery.matched}.`,
    ),
  );
  if (recovery.status === 'cancelled') throw new Interrupted();
}

function startOf(client: Api, options: Options): (dryRun: boolean) => Promise<Recovery> {
  const { endpoint, since, rate: rate_per_second } = options;
  if (endpoint !== undefined) {
    if (since === undefined) throw new Usage('--endpoint takes --since, such as --since 3d.');
    return (dry_run) => client.post(at`/webhooks/endpoints/${endpoint}/recover`, { since, dry_run, rate_per_second });
  }
  if (since !== undefined)
    throw new Usage('--since goes with --endpoint only: without it say --from, such as --from 3d.');
  // The days until now: what fails meanwhile is not part of what was counted.
  const filter = { ...queryOf(options), to: options.to ?? new Date().toISOString() };
  return (dry_run) => client.post('/recoveries', { filter, dry_run, rate_per_second });
}

/** Until it has ended. Ctrl-C cancels it on the server, and what stands then is the result. */
async function follow({ client, out, signal }: Context, started: Recovery): Promise<Recovery> {
  // Calls that the interruption must not end.
  const api = new Api(client.url, client.key);
  const bar = await progress(out, 'Sending again', started.matched);
  try {
    let recovery = started;
    while (recovery.status === 'running') {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      const path = at`/recoveries/${started.id}`;
      recovery = signal.aborted ? await api.post<Recovery>(`${path}/cancel`) : await api.get<Recovery>(path);
      bar.at(recovery.resent + recovery.skipped, Math.max(recovery.matched, started.matched));
    }
    return recovery;
  } finally {
    bar.end();
  }
}

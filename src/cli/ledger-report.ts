import type { Command } from 'commander';
import { examples, run, when, type Context } from './context.js';
import { Found } from './exit.js';
import { localTime } from './format.js';
import type { Column } from './output.js';

const STATES = [
  'pending',
  'held',
  'sending',
  'retrying',
  'sent',
  'delivered',
  'failed',
  'suppressed',
  'cancelled',
  'expired',
  'unknown',
] as const;

type Counts = Record<(typeof STATES)[number] | 'accepted', number>;

interface Ledger extends Counts {
  from: string;
  to: string;
  balanced: boolean;
  difference: number;
  channels: (Counts & { channel: string })[];
}

export function registerLedger(program: Command): void {
  program
    .command('ledger')
    .option('--from <time>', 'the last day, unless told', when)
    .option('--to <time>', 'now, unless told', when)
    .description('what was accepted and what became of it; exit code 4 when it does not balance')
    .addHelpText('after', examples('ledger', 'ledger --from 7d --json'))
    .action(run(ledger));
}

async function ledger({ client, out, options: { from, to } }: Context<{ from?: string; to?: string }>): Promise<void> {
  const found = await client.get<Ledger>('/analytics/ledger', { from, to });
  await out.result(found, async () => {
    out.line(`${localTime(found.from)} to ${localTime(found.to)}`);
    const rows = [...found.channels, { ...found, channel: 'all' }];
    const used = STATES.filter((state) => rows.some((row) => row[state] > 0));
    const count = (state: keyof Counts): Column<(typeof rows)[number]> => ({
      title: state.toUpperCase(),
      of: (row) => row[state],
      align: 'right',
    });
    await out.table(rows, [{ title: 'CHANNEL', of: ({ channel }) => channel }, count('accepted'), ...used.map(count)]);
    const { green, red } = out.colours;
    out.line(found.balanced ? green('It balances.') : red(`It does not balance: ${found.difference} are missing.`));
  });
  if (!found.balanced) throw new Found('');
}

import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { SuppressionImportDto } from '../engine/suppressions/suppressions.dto.js';
import { at } from './api.js';
import { examples, run, when, type Context } from './context.js';
import { Found, Interrupted, Usage } from './exit.js';
import { localTime } from './format.js';
import { chunksOf, kindOfList } from './line-chunks.js';
import { list, listing, type ListOptions } from './lists.js';
import type { Column } from './output.js';
import { progress } from './progress.js';
import { readInput } from './prompt.js';

interface Suppression {
  id: string;
  channel: string;
  address: string;
  reason: string;
  category?: string;
  expires_at: string | null;
  created_at: string;
}

const COLUMNS: Column<Suppression>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'CHANNEL', of: ({ channel }) => channel },
  { title: 'ADDRESS', of: ({ address }) => address },
  { title: 'REASON', of: ({ reason, category }) => (category ? `${reason} (${category})` : reason) },
  { title: 'UNTIL', of: ({ expires_at }) => localTime(expires_at) },
  { title: 'SINCE', of: ({ created_at }) => localTime(created_at) },
];

/** Lines of one request. */
const CHUNK = 5_000;
/** Faults that are told of. */
const SHOWN_FAULTS = 20;

export function registerSuppressions(program: Command): void {
  const suppressions = program.command('suppressions').description('addresses that get nothing any more');
  listing(suppressions.command('list').description('the newest first'))
    .option('--address <address>')
    .option('--reason <reason>', 'bounce, complaint, unsubscribe or manual')
    .action(
      run((context: Context<ListOptions & { address?: string; reason?: string }>) => {
        const { address, reason } = context.options;
        return list(context, context.client, '/suppressions', { address, reason }, COLUMNS);
      }),
    );
  suppressions
    .command('add')
    .argument('<address>')
    .option('--reason <reason>', 'bounce, complaint, unsubscribe or manual', 'manual')
    .option('--until <time>', 'for good, unless told', when)
    .description('send nothing to it')
    .action(
      run(async ({ client, out, options }: Context<{ reason: string; until?: string }>, address: string) => {
        const body = { address, reason: options.reason, expires_at: options.until };
        const made = await client.post<Suppression>('/suppressions', body);
        await out.result(made, () => out.table([made], COLUMNS));
      }),
    );
  suppressions
    .command('remove')
    .argument('<id>')
    .description('send to it again')
    .action(
      run(async ({ client, out }: Context, id: string) => {
        await client.delete(at`/suppressions/${id}`);
        await out.result({ id, removed: true }, () => out.line(`${id} is removed.`));
      }),
    );
  suppressions
    .command('import')
    .argument('<file>', 'CSV with a header line, or NDJSON; - is standard input')
    .description('take a list in; exit code 4 when lines of it could not be read')
    .addHelpText(
      'after',
      examples(
        'suppressions import bounces.csv',
        'suppressions export | chatapi suppressions import - --profile other',
      ),
    )
    .action(run(importList));
  suppressions
    .command('export')
    .option('--format <format>', 'csv or ndjson', 'csv')
    .option('-o, --output <file>', 'a new file; else standard output')
    .description('the whole list')
    .action(run(exportList));
}

async function importList({ client, out, signal }: Context, file: string): Promise<void> {
  const text = await readInput(file);
  const type = kindOfList(text);
  const chunks = chunksOf(text, type, CHUNK);
  const lines = chunks.reduce((sum, { count }) => sum + count, 0);
  const sum = {
    received: 0,
    added: 0,
    updated: 0,
    skipped: 0,
    failed: 0,
    errors: [] as { line: number; message: string }[],
  };
  const bar = await progress(out, 'Importing', lines);
  try {
    let done = 0;
    for (const { body, offset, count } of chunks) {
      if (signal.aborted) throw new Interrupted();
      const answer = await client.upload<SuppressionImportDto>('/suppressions/import', type, body);
      sum.received += answer.received;
      sum.added += answer.added;
      sum.updated += answer.updated;
      sum.skipped += answer.skipped ?? 0;
      sum.failed += answer.failed;
      sum.errors.push(...answer.errors.map(({ line, message }) => ({ line: line + offset, message })));
      bar.at((done += count));
    }
  } finally {
    bar.end();
  }
  await out.result(sum, () => {
    out.line(
      `${sum.received} read: ${sum.added} new, ${sum.updated} changed, ${sum.skipped} over already, ${sum.failed} not understood.`,
    );
    for (const { line, message } of sum.errors.slice(0, SHOWN_FAULTS)) out.line(`  line ${line}: ${message}`);
  });
  if (sum.failed > 0) throw new Found('');
}

async function exportList({ client, out, options }: Context<{ format: string; output?: string }>): Promise<void> {
  const { format, output } = options;
  if (!['csv', 'ndjson'].includes(format)) throw new Usage('--format is csv or ndjson.');
  const target = output === undefined ? process.stdout : await newFile(output);
  const body = client.stream('/suppressions/export', { format });
  const bar = await progress(out, 'Exporting', 0);
  let lines = 0;
  try {
    for await (const chunk of body) {
      for (const byte of chunk) if (byte === 10) lines++;
      if (!target.write(chunk)) await once(target, 'drain');
      bar.at(lines);
    }
    if (target !== process.stdout) {
      target.end();
      await once(target, 'close');
    }
  } finally {
    bar.end();
  }
  out.hint(`${format === 'csv' ? Math.max(0, lines - 1) : lines} addresses.`);
}

/** @throws Usage where it is there already, or cannot be made */
async function newFile(path: string): Promise<WriteStream> {
  try {
    return (await open(path, 'wx', 0o600)).createWriteStream();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Usage(
      code === 'EEXIST' ? `${path} is there already: name another file.` : `${path} cannot be written: ${message}`,
    );
  }
}

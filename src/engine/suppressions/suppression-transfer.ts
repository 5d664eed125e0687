import { Readable } from 'node:stream';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { invalidField, Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import { Database } from '../../platform/database/database.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { csvLines, toCsvLine } from './csv.js';
import { SuppressionInputDto, type SuppressionImportDto } from './suppressions.dto.js';
import { SuppressionsRepository, type NewSuppression } from './suppressions.repository.js';
import { isOver, SuppressionsService, toSuppression } from './suppressions.service.js';

const COLUMNS = ['channel', 'address', 'reason', 'expires_at', 'category'] as const;
/** After so many lines others have their turn: to read a large list takes seconds. */
const LINES_AT_ONCE = 100;
/** Rows written in one statement, and read in one. */
const AT_ONCE = 1_000;
const MAX_ROWS = 100_000;
const MAX_ERRORS = 100;

export type TransferFormat = 'csv' | 'ndjson';

/** A line of an import: what it says, or what is wrong with it. */
interface Line {
  line: number;
  value: unknown;
}

/** The list as a file, in and out. */
@Injectable()
export class SuppressionTransfer {
  constructor(
    private readonly suppressions: SuppressionsService,
    private readonly repository: SuppressionsRepository,
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * Lines that can't be read are told of, and the others are taken. Of what is over, nothing is to be done.
   * @throws Problem `validation_failed` where none can be read
   */
  async import(request: Request, body: Buffer, contentType: string): Promise<SuppressionImportDto> {
    const { clientId } = request.caller;
    const done: SuppressionImportDto = { received: 0, added: 0, updated: 0, failed: 0, errors: [] };
    let rows = new Map<string, NewSuppression>();
    const write = async (): Promise<void> => {
      const put = rows.size === 0 ? [] : await this.repository.put(this.database, [...rows.values()]);
      for (const { added } of put) done[added ? 'added' : 'updated']++;
      rows = new Map();
    };
    for (const { line, value } of linesOf(body.toString('utf8'), contentType)) {
      if (done.received === MAX_ROWS) {
        done.next_line = line;
        break;
      }
      done.received++;
      const row = this.take(clientId, done, { line, value });
      // The last line of an address counts, as it would line by line.
      if (row) rows.set(`${row.channel} ${row.address_key} ${row.category}`, row);
      if (rows.size === AT_ONCE) await write();
      if (done.received % LINES_AT_ONCE === 0) await othersTurn();
    }
    await write();
    if (done.failed === done.received) throw unreadable(done);
    return this.idempotency.effect(request, async () => done);
  }

  /** @returns null where nothing is to be done, or nothing can be, which is counted */
  private take(clientId: string, done: SuppressionImportDto, { line, value }: Line): NewSuppression | null {
    try {
      const input = toDto(SuppressionInputDto, value);
      if (!isOver(input.expires_at)) return this.suppressions.read(clientId, input);
      done.skipped = (done.skipped ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      done.failed++;
      if (done.errors.length < MAX_ERRORS) done.errors.push({ line, message: error.message.slice(0, 500) });
    }
    return null;
  }

  /** All of the client's, oldest first, read as it is taken. */
  export(clientId: string, format: TransferFormat): Readable {
    return Readable.from(this.lines(clientId, format), { objectMode: false });
  }

  private async *lines(clientId: string, format: TransferFormat): AsyncGenerator<string> {
    if (format === 'csv') yield toCsvLine([...COLUMNS, 'created_at']);
    for (let after: string | null = null; ;) {
      const rows = await this.repository.after(clientId, after, AT_ONCE);
      yield rows
        .map(toSuppression)
        .map(format === 'csv' ? toCsv : toJson)
        .join('');
      if (rows.length < AT_ONCE) return;
      after = rows.at(-1)!.id;
    }
  }
}

type Shown = ReturnType<typeof toSuppression>;

const toCsv = (row: Shown): string => toCsvLine([...COLUMNS.map((column) => row[column] ?? null), row.created_at]);

const toJson = ({ id: _, updated_at: __, ...row }: Shown): string => `${JSON.stringify(row)}\n`;

function unreadable({ errors }: SuppressionImportDto): Problem {
  if (errors.length === 0) return invalidField('', 'names no address: send CSV with a header line, or NDJSON');
  return new Problem('validation_failed', `line ${errors[0]!.line}: ${errors[0]!.message}`, {
    errors: errors.map(({ line, message }) => ({ field: `line ${line}`, message })),
  });
}

/**
 * By its content type; where that names neither, as where there is none or that of any file or form, a body that begins with a
 * brace is NDJSON.
 * @throws Problem `unsupported_media_type`
 */
function linesOf(text: string, contentType: string): Iterable<Line> {
  if (!/^($|text\/|application\/(.*json|.*csv|octet-stream|x-www-form-urlencoded))/i.test(contentType)) {
    throw new Problem('unsupported_media_type', 'Send the list as text/csv or application/x-ndjson.');
  }
  const json = /json/i.test(contentType) || (!/csv/i.test(contentType) && /^\s*\{/.test(text));
  return json ? jsonLines(text) : csvRows(text);
}

/** What an export says of a suppression beside that is passed over: a list that went out comes in again. */
const OWN = new Set(['id', 'created_at', 'updated_at']);

function* jsonLines(text: string): Generator<Line> {
  let line = 0;
  for (const one of text.split('\n')) {
    line++;
    if (one.trim() === '') continue;
    yield { line, value: parse(one) };
  }
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.fromEntries(Object.entries(value).filter(([name]) => !OWN.has(name)));
  } catch {
    return [];
  }
}

function* csvRows(text: string): Generator<Line> {
  let names: string[] | undefined;
  for (const { line, fields } of csvLines(text)) {
    if (!names) {
      names = fields.map((name) => name.trim().toLowerCase());
      if (!names.includes('address')) throw invalidField('', `must begin with a header line: ${COLUMNS.join(',')}`);
      continue;
    }
    const known = names.map((name, at) => [name, plain(fields[at] ?? '')] as const);
    yield { line, value: Object.fromEntries(known.filter(([name, value]) => value !== '' && !OWN.has(name))) };
  }
}

/** Without the apostrophe that keeps spreadsheets from running it. */
const plain = (field: string): string => field.trim().replace(/^'(?=[=+@-])/, '');

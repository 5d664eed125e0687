import { binOf } from '../../platform/common/log-histogram.js';
import { isOpen, type Transition } from './delivery.js';

/** What is counted is told apart by when it was accepted: quarters of an hour, so that the days of every time zone can be made of them. */
export const BUCKET_MS = 900_000;

/** The quarter of an hour (UTC) of a time, in SQL. */
export const bucketOf = (time: string): string => `date_bin('15 minutes', ${time}, 'epoch')`;

/** Of durations since the acceptance, in milliseconds: keys are a letter and the bin. */
export const LATENCIES = { first_attempt: 'f', sent: 's', delivered: 'd' } as const;
/** Attempts that failed, by their error's code. */
export const ERROR = 'e';
/** The same by the class of the fault. */
export const FAULT = 'c';
export const FAULTS = ['permanent', 'retryable', 'unknown'] as const;

/** Bounded, whatever a provider says: it is part of a key. */
const CODE_CHARS = 64;

/**
 * What changes of deliveries add to the counts of a bucket, channel and provider: numbers by what they count. `accepted`, the
 * states in which nothing happens any more (those that are open are counted where they lie), `opened` and its like,
 * `attempts`, `retries` (attempts but the first), `failed_attempts` and, by {@link ERROR} and {@link FAULT}, what they failed
 * of, `sent_ms` (the sum of the durations until sent), and durations by {@link LATENCIES}.
 */
export interface Delta {
  client_id: string;
  bucket: Date;
  channel: string;
  /** '' while none has tried. */
  provider: string;
  counts: Record<string, number>;
}

/** One for each bucket, channel and provider that is concerned. */
export function deltasOf(transitions: readonly Transition[]): Delta[] {
  const deltas = new Map<string, Delta>();
  const add = ({ row }: Transition, provider: string | null, key: string, n: number): void => {
    const { client_id, channel } = row;
    const bucket = Math.floor(row.created_at.getTime() / BUCKET_MS) * BUCKET_MS;
    const place = `${client_id} ${bucket} ${channel} ${provider ?? ''}`;
    let delta = deltas.get(place);
    if (!delta) {
      delta = { client_id, bucket: new Date(bucket), channel, provider: provider ?? '', counts: {} };
      deltas.set(place, delta);
    }
    delta.counts[key] = (delta.counts[key] ?? 0) + n;
  };
  for (const transition of transitions) count(transition, add);
  return [...deltas.values()].flatMap((delta) => withoutZeros(delta));
}

type Add = (transition: Transition, provider: string | null, key: string, n: number) => void;

function count(transition: Transition, add: Add): void {
  const { from, row, fromProvider = row.provider, facts = [] } = transition;
  const moved = from !== row.status;
  if (!isOpen(from) && (moved || fromProvider !== row.provider)) add(transition, fromProvider, from, -1);
  if (!isOpen(row.status) && (moved || fromProvider !== row.provider)) add(transition, row.provider, row.status, 1);
  for (const fact of facts) add(transition, row.provider, fact, 1);
  countAttempt(transition, add);
  const since = (time: Date | null): number => time!.getTime() - row.created_at.getTime();
  if (isOpen(from) && row.sent_at !== null && (row.status === 'sent' || row.status === 'delivered')) {
    add(transition, row.provider, `${LATENCIES.sent}:${binOf(since(row.sent_at))}`, 1);
    add(transition, row.provider, 'sent_ms', Math.max(0, Math.round(since(row.sent_at))));
  }
  if (moved && row.status === 'delivered' && row.delivered_at !== null) {
    add(transition, row.provider, `${LATENCIES.delivered}:${binOf(since(row.delivered_at))}`, 1);
  }
}

function countAttempt(transition: Transition, add: Add): void {
  const { row, attempt } = transition;
  // Who is held was not tried.
  if (!attempt || row.status === 'held') return;
  const of = (key: string): void => add(transition, row.provider, key, 1);
  of('attempts');
  if (row.attempt_count > 1) of('retries');
  else {
    const began = row.updated_at.getTime() - row.created_at.getTime() - (attempt.duration_ms ?? 0);
    of(`${LATENCIES.first_attempt}:${binOf(began)}`);
  }
  if (attempt.status === 'sent') return;
  of('failed_attempts');
  of(`${FAULT}:${faultOf(transition)}`);
  of(`${ERROR}:${(attempt.error_code ?? 'unknown').slice(0, CODE_CHARS)}`);
}

function faultOf({ row: { status, reason }, attempt }: Transition): (typeof FAULTS)[number] {
  if (attempt?.status === 'unknown') return 'unknown';
  return status === 'failed' && reason !== 'attempts_exhausted' ? 'permanent' : 'retryable';
}

/** What came and went within one transaction counts as nothing. */
function withoutZeros(delta: Delta): Delta[] {
  const counts = Object.fromEntries(Object.entries(delta.counts).filter(([, n]) => n !== 0));
  return Object.keys(counts).length > 0 ? [{ ...delta, counts }] : [];
}

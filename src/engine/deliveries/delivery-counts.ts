import { binOf } from '../../platform/common/log-histogram.js';
import { DELIVERY_FACTS, isOpen, type DeliveryFact, type Transition } from './delivery.js';

/** What is counted is told apart by when it was accepted: quarters of an hour, so that the days of every time zone can be made of them. */
export const BUCKET_MS = 900_000;

/** Minutes of the buckets in which the same counts are added up, longest first: what is asked of a long time is read in few rows. */
export const SPANS = [1440, 60, 15] as const;

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
export interface CountDelta {
  client_id: string;
  bucket: Date;
  channel: string;
  /** '' while none has tried. */
  provider: string;
  counts: Record<string, number>;
}

type FactTimes = { readonly [Fact in DeliveryFact as `${Fact}_at`]?: Date | null };

/** What is known of a delivery since it was as it was before, for {@link Transition.facts}. */
export const factsSince = (before: FactTimes, after: FactTimes): DeliveryFact[] =>
  DELIVERY_FACTS.filter((fact) => !before[`${fact}_at`] && after[`${fact}_at`]);

/** One for each bucket, channel and provider that is concerned. */
export function deltasOf(transitions: readonly Transition[]): CountDelta[] {
  const deltas = new Map<string, CountDelta>();
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
  for (const [stage, ms] of stageTimesOf(transition)) {
    add(transition, row.provider, `${LATENCIES[stage]}:${binOf(ms)}`, 1);
    if (stage === 'sent') add(transition, row.provider, 'sent_ms', Math.max(0, Math.round(ms)));
  }
  const outcome = attemptOutcomeOf(transition);
  if (outcome === null) return;
  add(transition, row.provider, 'attempts', 1);
  if (row.attempt_count > 1) add(transition, row.provider, 'retries', 1);
  if (outcome === 'sent') return;
  add(transition, row.provider, 'failed_attempts', 1);
  add(transition, row.provider, `${FAULT}:${outcome}`, 1);
  add(transition, row.provider, `${ERROR}:${(transition.attempt!.error_code ?? 'unknown').slice(0, CODE_CHARS)}`, 1);
}

/** What came of the attempt that ended with a change, by the class of its fault; null where none did: who is held was not tried. */
export function attemptOutcomeOf({
  row: { status, reason },
  attempt,
}: Transition): 'sent' | (typeof FAULTS)[number] | null {
  if (!attempt || status === 'held') return null;
  if (attempt.status !== 'failed') return attempt.status;
  return status === 'failed' && reason !== 'attempts_exhausted' ? 'permanent' : 'retryable';
}

/** The stages that a delivery came to with this change, and how long after its acceptance, in milliseconds. */
export function stageTimesOf(transition: Transition): [stage: keyof typeof LATENCIES, ms: number][] {
  const { from, row, attempt } = transition;
  const since = (time: Date): number => time.getTime() - row.created_at.getTime();
  const reached: [keyof typeof LATENCIES, number][] = [];
  if (attempt && attemptOutcomeOf(transition) !== null && row.attempt_count === 1) {
    reached.push(['first_attempt', since(row.updated_at) - (attempt.duration_ms ?? 0)]);
  }
  if (isOpen(from) && row.sent_at !== null && (row.status === 'sent' || row.status === 'delivered')) {
    reached.push(['sent', since(row.sent_at)]);
  }
  if (from !== row.status && row.status === 'delivered' && row.delivered_at !== null) {
    reached.push(['delivered', since(row.delivered_at)]);
  }
  return reached;
}

/** What came and went within one transaction counts as nothing. */
function withoutZeros(delta: CountDelta): CountDelta[] {
  const counts = Object.fromEntries(Object.entries(delta.counts).filter(([, n]) => n !== 0));
  return Object.keys(counts).length > 0 ? [{ ...delta, counts }] : [];
}

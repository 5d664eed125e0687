import { logger } from './logger.js';
import { metrics } from './metrics.js';

/** A receiver that is away is told of once, and then so seldom. */
const WARN_EVERY_MS = 60_000;

let warnedAt = Number.NEGATIVE_INFINITY;

/** Hears of each batch of spans, exported or not. */
export function countExported(spans: number, error: Error | undefined): void {
  metrics.traceSpans.inc({ outcome: error ? 'failed' : 'exported' }, spans);
  const now = performance.now();
  if (!error || now - warnedAt < WARN_EVERY_MS) return;
  warnedAt = now;
  logger.warn({ reason: error.message }, 'Traces could not be exported: nothing else is affected.');
}

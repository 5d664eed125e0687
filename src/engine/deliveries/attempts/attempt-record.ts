import type { Outcome } from '../../providers/provider.js';
import type { AttemptRecord } from '../delivery.js';

/** An outcome as it is put on record. */
export function attemptOf(outcome: Outcome, provider: string | null, durationMs: number | null): AttemptRecord {
  const { response } = outcome;
  const failed = outcome.kind === 'accepted' ? null : outcome;
  const status: AttemptRecord['status'] = failed === null ? 'sent' : failed.kind === 'unknown' ? 'unknown' : 'failed';
  return {
    provider,
    status,
    error_code: failed?.code ?? null,
    error_message: failed?.message ?? null,
    response_status: response?.status ?? null,
    response_body: response?.body ?? null,
    duration_ms: durationMs,
  };
}

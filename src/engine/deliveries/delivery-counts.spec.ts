import { binOf } from '../../platform/common/log-histogram.js';
import type { AttemptRecord, DeliveryRow, DeliveryStatus, Transition } from './delivery.js';
import { deltasOf, factsSince } from './delivery-counts.js';

const AT = new Date('2026-03-01T10:14:59.999Z');
const after = (ms: number): Date => new Date(AT.getTime() + ms);
const attempt = (status: AttemptRecord['status'], error_code: string | null = null): AttemptRecord =>
  ({ provider: 'p', status, error_code, duration_ms: 30 }) as AttemptRecord;

const change = (
  from: DeliveryStatus,
  status: DeliveryStatus,
  { row = {}, ...more }: Omit<Partial<Transition>, 'row'> & { row?: Partial<DeliveryRow> } = {},
): Transition => ({
  from,
  content: null,
  ...more,
  row: {
    client_id: 'c',
    channel: 'email',
    provider: 'p',
    created_at: AT,
    updated_at: after(100),
    attempt_count: 1,
    status,
    reason: null,
    sent_at: null,
    delivered_at: null,
    ...row,
  } as DeliveryRow,
});

const countsOf = (...transitions: Transition[]) => deltasOf(transitions).map(({ counts }) => counts);

describe('what changes of deliveries add to their counts', () => {
  it('is by client, quarter of an hour of the acceptance, channel and provider', () => {
    const sent = { row: { sent_at: after(100) } };
    const deltas = deltasOf([
      change('sending', 'sent', sent),
      change('sending', 'sent', sent),
      change('sending', 'sent', { row: { ...sent.row, client_id: 'd' } }),
      change('sending', 'sent', { row: { ...sent.row, provider: null } }),
      change('sending', 'sent', { row: { ...sent.row, created_at: new Date('2026-03-01T10:15:00Z') } }),
    ]);
    expect(deltas.map(({ client_id, bucket, provider, counts }) => [client_id, bucket, provider, counts.sent])).toEqual(
      [
        ['c', new Date('2026-03-01T10:00:00Z'), 'p', 2],
        ['d', new Date('2026-03-01T10:00:00Z'), 'p', 1],
        ['c', new Date('2026-03-01T10:00:00Z'), '', 1],
        ['c', new Date('2026-03-01T10:15:00Z'), 'p', 1],
      ],
    );
  });

  it('of an attempt that sent it: the state, and how long it took from the acceptance', () => {
    expect(countsOf(change('sending', 'sent', { attempt: attempt('sent'), row: { sent_at: after(100) } }))).toEqual([
      { sent: 1, attempts: 1, [`f:${binOf(70)}`]: 1, [`s:${binOf(100)}`]: 1, sent_ms: 100 },
    ]);
  });

  it('of attempts that failed: by code and class, and no state that is still open', () => {
    const failed = attempt('failed', 'http_503');
    const [first] = countsOf(change('sending', 'retrying', { attempt: failed }));
    expect(first).toMatchObject({ attempts: 1, failed_attempts: 1, 'c:retryable': 1, 'e:http_503': 1 });
    expect(first).not.toHaveProperty('retrying');
    const last = { attempt: failed, row: { attempt_count: 2, reason: 'attempts_exhausted' } };
    expect(countsOf(change('sending', 'failed', last))).toEqual([
      { failed: 1, attempts: 1, retries: 1, failed_attempts: 1, 'c:retryable': 1, 'e:http_503': 1 },
    ]);
    const gone = { attempt: attempt('failed', 'gone'), row: { reason: 'gone' } };
    expect(countsOf(change('sending', 'failed', gone))).toMatchObject([{ failed: 1, 'c:permanent': 1 }]);
    const lost = { attempt: attempt('unknown', 'worker_lost') };
    expect(countsOf(change('sending', 'unknown', lost))).toMatchObject([{ attempts: 1, 'c:unknown': 1 }]);
    const long = { attempt: attempt('failed', 'x'.repeat(500)) };
    expect(Object.keys(countsOf(change('sending', 'retrying', long))[0]!).join().length).toBeLessThan(200);
  });

  it('of what is held nothing: it was not tried', () => {
    expect(countsOf(change('sending', 'held', { attempt: attempt('failed', 'quota_exhausted') }))).toEqual([]);
  });

  it('of later changes: what it was is taken off, also from another provider', () => {
    const delivered = { row: { sent_at: after(100), delivered_at: after(5_000) } };
    expect(countsOf(change('sent', 'delivered', delivered))).toEqual([
      { sent: -1, delivered: 1, [`d:${binOf(5_000)}`]: 1 },
    ]);
    expect(countsOf(change('failed', 'retrying'))).toEqual([{ failed: -1 }]);
    const moved = deltasOf([change('failed', 'retrying', { fromProvider: 'old' })]);
    expect(moved.map(({ provider, counts }) => [provider, counts])).toEqual([['old', { failed: -1 }]]);
    // Suppressed when it was accepted, and counted there; and what came and went at once.
    expect(countsOf(change('suppressed', 'suppressed'))).toEqual([]);
    expect(countsOf(change('sending', 'failed'), change('failed', 'retrying'))).toEqual([]);
  });

  it('of what recipients do: each fact', () => {
    const before = { opened_at: after(1), clicked_at: null };
    expect(factsSince(before, { ...before, clicked_at: after(2), complained_at: after(3) })).toEqual([
      'clicked',
      'complained',
    ]);
    expect(countsOf(change('delivered', 'delivered', { facts: ['opened', 'clicked'] }))).toEqual([
      { opened: 1, clicked: 1 },
    ]);
  });
});

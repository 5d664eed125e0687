import type { Outcome } from '../../providers/provider.js';
import type { Routing } from '../delivery.js';
import { EMAIL } from '../../providers/email/email.channel.js';
import { WEBHOOK } from '../../providers/webhook/webhook.channel.js';
import { WEBSOCKET } from '../../providers/websocket/websocket.channel.js';
import { backoffMs, holdVerdict, judge as judgeBy } from './retry.js';

const routing: Routing = { decision: 'one', reason: 'order' };
const failed = (
  kind: 'permanent' | 'retryable' | 'unknown',
  fault: 'recipient' | 'provider' = 'recipient',
  more = {},
): Outcome => ({
  kind,
  fault,
  code: 'code',
  message: 'message',
  ...more,
});
const rules = { email: EMAIL, webhook: WEBHOOK, websocket: WEBSOCKET };
const of = (channel: keyof typeof rules, attempt_count = 1, max_attempts = 8, began = 0) => ({
  channel,
  attempt_count,
  max_attempts,
  updated_at: new Date(began),
});
const judge = (
  { channel, ...delivery }: ReturnType<typeof of>,
  outcome: Outcome,
  routed: Routing,
  othersLeft: boolean,
  random?: number,
) => judgeBy(delivery, outcome, routed, othersLeft, rules[channel], random);

describe('the wait before the next attempt', () => {
  it('follows 0, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 10 h for webhooks, then stays', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 20].map((made) => backoffMs(WEBHOOK.retryPolicy, made, 0, 0.5) / 1000);
    expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 36_000, 36_000, 36_000]);
    expect(WEBHOOK.retryPolicy.attempts).toBe(8);
  });

  it('varies by 20 % either way', () => {
    expect(backoffMs(WEBHOOK.retryPolicy, 1, 0, 0)).toBe(4_000);
    expect(backoffMs(WEBHOOK.retryPolicy, 1, 0, 1)).toBe(6_000);
  });

  it('is never shorter than Retry-After, and not shortened by it', () => {
    expect(backoffMs(WEBHOOK.retryPolicy, 1, 60_000, 0)).toBe(60_000);
    expect(backoffMs(WEBHOOK.retryPolicy, 2, 1_000, 0.5)).toBe(300_000);
  });
});

describe('what follows from an outcome', () => {
  it('accepted: delivered for a webhook, sent for the others', () => {
    const accepted: Outcome = { kind: 'accepted', provider_message_id: 'p1' };
    expect(judge(of('webhook'), accepted, routing, false)).toMatchObject({
      status: 'delivered',
      delayMs: null,
      provider_message_id: 'p1',
    });
    expect(judge(of('email'), accepted, routing, false).status).toBe('sent');
    expect(judge(of('websocket'), accepted, routing, false).status).toBe('sent');
  });

  it('permanent: failed with its reason, whatever attempts are left', () => {
    expect(judge(of('webhook'), failed('permanent'), routing, true)).toMatchObject({
      status: 'failed',
      reason: 'code',
      delayMs: null,
    });
  });

  it('retryable: retried until the attempts are used up', () => {
    expect(judge(of('webhook', 7), failed('retryable'), routing, false).status).toBe('retrying');
    expect(judge(of('webhook', 8), failed('retryable'), routing, false)).toMatchObject({
      status: 'failed',
      reason: 'attempts_exhausted',
    });
    expect(judge(of('email', 1, 1), failed('retryable'), routing, false).status).toBe('failed');
  });

  it("a provider's fault: the next provider at once, without a wait", () => {
    expect(judge(of('email'), failed('permanent', 'provider'), routing, true)).toMatchObject({
      status: 'retrying',
      delayMs: 0,
      routing: { tried: ['one'] },
    });
    expect(judge(of('email', 8), failed('retryable', 'provider'), routing, true).status).toBe('failed');
  });

  it('a provider that never will: tried again while another one is out, which may take it when it is back', () => {
    const skipped = [{ provider: 'two', reason: 'breaker_open' as const }];
    const never = failed('permanent', 'provider');
    expect(judge(of('email'), never, { ...routing, skipped }, false, 0.5)).toMatchObject({
      status: 'retrying',
      reason: 'code',
      delayMs: 30_000,
      routing: { tried: [] },
    });
    expect(judge(of('email'), never, { ...routing, skipped, tried: ['two'] }, false).status).toBe('failed');
    expect(judge(of('email', 8), never, { ...routing, skipped }, false).reason).toBe('attempts_exhausted');
    expect(judge(of('email'), failed('permanent'), { ...routing, skipped }, false).status).toBe('failed');
  });

  it.each(['connection_failed', 'authentication_failed', 'quota_exhausted'])(
    'the next provider at once also where it may pass, but not within minutes: %s',
    (code) => {
      expect(judge(of('email'), failed('retryable', 'provider', { code }), routing, true)).toMatchObject({
        delayMs: 0,
        routing: { tried: ['one'] },
      });
    },
  );

  it('every provider tried: waits, then begins with the first again', () => {
    const refused = failed('retryable', 'provider', { code: 'connection_failed' });
    const verdict = judge(of('email', 2), refused, { ...routing, tried: ['zero'] }, false, 0.5);
    expect(verdict).toMatchObject({ status: 'retrying', delayMs: 60_000, routing: { tried: [] } });
  });

  it('unknown: a webhook is sent again, a mail is left alone for 15 minutes', () => {
    expect(judge(of('webhook'), failed('unknown'), routing, false, 0.5)).toMatchObject({
      status: 'retrying',
      delayMs: 5_000,
    });
    expect(judge(of('email', 8), failed('unknown', 'provider'), routing, true)).toMatchObject({
      status: 'unknown',
      delayMs: 900_000,
    });
  });
});

describe('the budgets of a mail', () => {
  const MINUTE = 60_000;
  const slow = failed('retryable', 'provider', { code: 'timeout' });
  /** Attempts that all fail alike, each as soon as it may begin; ends with what is not a retry. */
  const run = (outcome: Outcome, othersLeft: boolean, attempts = 100) => {
    const seen: { at: number; verdict: ReturnType<typeof judge> }[] = [];
    let at = 0;
    let state: Routing = routing;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const verdict = judge(of('email', attempt, 100, at), outcome, state, othersLeft, 0.5);
      seen.push({ at: at / MINUTE, verdict });
      if (verdict.status !== 'retrying' || verdict.delayMs === 0) break;
      at += verdict.delayMs!;
      state = verdict.routing;
    }
    return seen;
  };

  it('five minutes with one provider, then the next one takes over', () => {
    const seen = run(slow, true);
    expect(seen.map(({ at }) => at)).toEqual([0, 0.5, 1.5, 3.5, 5]);
    expect(seen.at(-1)!.verdict).toMatchObject({ delayMs: 0, routing: { tried: ['one'] } });
    expect(seen.at(-1)!.verdict.routing.spent).toBeUndefined();
  });

  it('a provider that asks for more time than that is not waited for', () => {
    const asked = failed('retryable', 'provider', { code: 'http_429', retryAfterMs: 6 * MINUTE });
    expect(judge(of('email'), asked, routing, true)).toMatchObject({ delayMs: 0 });
    expect(judge(of('email'), asked, routing, false, 0.5)).toMatchObject({ delayMs: 6 * MINUTE });
  });

  it('thirty minutes over the channel are told once, and 72 hours end it', () => {
    const seen = run(slow, false);
    const told = seen.filter(({ verdict }) => verdict.exhausted);
    expect(told.map(({ at }) => at)).toEqual([30]);
    expect(seen.at(-1)).toMatchObject({ at: 72 * 60, verdict: { status: 'failed', reason: 'time_exhausted' } });
    expect(seen.length).toBeLessThan(100);
  });

  it('a recipient whose server says later has them too, but no other provider is asked', () => {
    const seen = run(failed('retryable'), true);
    expect(seen.filter(({ verdict }) => verdict.exhausted).map(({ at }) => at)).toEqual([30]);
    expect(seen.at(-1)).toMatchObject({ at: 72 * 60, verdict: { status: 'failed', reason: 'time_exhausted' } });
  });

  it('the attempts that a notification allows end it before', () => {
    expect(judge(of('email', 3, 3), slow, routing, true)).toMatchObject({ reason: 'attempts_exhausted' });
  });

  it('webhooks have none: their schedule alone', () => {
    const verdict = judge(of('webhook', 1, 8, 1e12), failed('retryable'), { ...routing, failing_since: 0 }, false, 0.5);
    expect(verdict).toMatchObject({ status: 'retrying', delayMs: 5_000 });
    expect(verdict.exhausted).toBeUndefined();
  });

  it('what is held tells at once when it will be held for longer', () => {
    const hold = (ms: number, before: Routing = routing, began = 0) =>
      holdVerdict(of('email', 1, 8, began), before, { reason: 'quota_exhausted', until: ms }, EMAIL, 0);
    expect(hold(29 * MINUTE)).toMatchObject({ status: 'held', reason: 'quota_exhausted', delayMs: 29 * MINUTE });
    expect(hold(29 * MINUTE).exhausted).toBeUndefined();
    expect(hold(31 * MINUTE)).toMatchObject({ exhausted: true, routing: { exhausted: true, failing_since: 0 } });
    expect(hold(31 * MINUTE, { ...routing, exhausted: true, failing_since: 0 }).exhausted).toBeUndefined();
    expect(hold(5 * MINUTE, { ...routing, failing_since: 0 }, 26 * MINUTE).exhausted).toBe(true);
  });
});

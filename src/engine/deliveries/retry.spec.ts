import type { Outcome } from '../providers/provider.js';
import type { Routing } from './delivery.js';
import { EMAIL } from '../providers/email/email.channel.js';
import { WEBHOOK } from '../providers/webhook/webhook.channel.js';
import { WEBSOCKET } from '../providers/websocket/websocket.channel.js';
import { backoffMs, judge as judgeBy } from './retry.js';

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
const of = (channel: keyof typeof rules, attempt_count = 1, max_attempts = 8) => ({
  channel,
  attempt_count,
  max_attempts,
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

  it('every provider tried: waits, then begins with the first again', () => {
    const verdict = judge(of('email', 2), failed('retryable', 'provider'), { ...routing, tried: ['zero'] }, false, 0.5);
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

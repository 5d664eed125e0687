import fc from 'fast-check';
import type { ProviderEvent } from '../../providers/provider.js';
import { tell, type ToldRow } from './told-delivery.js';

const NOW = new Date('2026-05-01T12:00:00Z');
const at = (minute: number) => new Date(NOW.getTime() - (60 - minute) * 60_000);
const event = (kind: ProviderEvent['kind'], minute = 10, more: Partial<ProviderEvent> = {}): ProviderEvent => ({
  provider_message_id: 'x',
  kind,
  occurred_at: at(minute),
  ...more,
});
const sent = (more: Partial<ToldRow> = {}) =>
  ({
    status: 'sent',
    reason: null,
    delivered_at: null,
    opened_at: null,
    clicked_at: null,
    complained_at: null,
    unsubscribed_at: null,
    bounced_at: null,
    ...more,
  }) as ToldRow;
const after = (events: ProviderEvent[], row = sent()) => tell(row, events, NOW).told;

describe('what a provider tells of a delivery', () => {
  it.each([
    ['delivered', { status: 'delivered', delivered_at: at(10) }],
    ['opened', { status: 'delivered', delivered_at: at(10), opened_at: at(10) }],
    ['clicked', { status: 'delivered', clicked_at: at(10), opened_at: null }],
    ['complained', { status: 'delivered', complained_at: at(10) }],
    ['unsubscribed', { status: 'delivered', unsubscribed_at: at(10) }],
    ['failed', { status: 'failed', reason: 'bounced', bounced_at: at(10) }],
    ['deferred', { status: 'sent', reason: 'deferred' }],
  ] as const)('moves it: %s', (kind, expected) =>
    expect(after([event(kind, 10, kind === 'deferred' ? { code: 'deferred' } : {})])).toMatchObject(expected),
  );

  it('never moves it back', () => {
    expect(after([event('delivered'), event('failed', 20), event('deferred', 30, { code: 'deferred' })])).toMatchObject(
      {
        status: 'delivered',
        reason: null,
      },
    );
    expect(after([event('failed', 20), event('deferred', 30, { code: 'deferred' })]).status).toBe('failed');
    for (const status of ['cancelled', 'suppressed', 'expired'] as const)
      expect(after([event('opened')], sent({ status })).status).toBe(status);
  });

  it('comes to the same in any order, however often it is said', () => {
    const said = [
      event('deferred', 1, { code: 'deferred' }),
      event('failed', 2, { code: 'bounced' }),
      event('delivered', 3),
      event('opened', 5),
      event('opened', 4),
      event('clicked', 6),
      event('complained', 7),
    ];
    const whole = after(said);
    fc.assert(
      fc.property(fc.shuffledSubarray([...said, ...said], { minLength: said.length * 2 }), (events) => {
        const { delivered_at: _, ...told } = after(events);
        const { delivered_at: __, ...expected } = whole;
        expect(told).toEqual(expected);
      }),
    );
    expect(whole).toMatchObject({ status: 'delivered', opened_at: at(4), bounced_at: at(2) });
  });

  it('is news once', () => {
    const row = sent({ status: 'delivered', opened_at: at(3), delivered_at: at(1) });
    expect(tell(row, [event('opened', 3), event('delivered', 1)], NOW).news).toEqual([]);
    expect(tell(row, [event('complained'), event('complained')], NOW).news).toHaveLength(1);
  });

  it('never happened later than now', () => {
    expect(after([event('opened', 600)]).opened_at).toEqual(NOW);
  });
});

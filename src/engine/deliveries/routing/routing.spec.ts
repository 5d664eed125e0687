import { UNCAPPED } from '../../providers/provider-caps.js';
import type { ProviderRoute } from '../../providers/provider-routes.js';
import type { Outage, Routing } from '../delivery.js';
import { choose, type RoutingQuestion } from './routing.js';

type Caps = Partial<ProviderRoute['caps']>;
const route = (name: string, reason: ProviderRoute['reason'] = 'order', caps: Caps = {}) =>
  ({ name, reason, caps: { ...UNCAPPED, ...caps } }) as ProviderRoute;
const two = [route('a', 'primary'), route('b')];
const small = route('small', 'primary', { max_recipients: 50 });
const bulk = route('bulk', 'order', { is_bulk: true });

const ask = (more: Partial<RoutingQuestion> = {}): RoutingQuestion => ({
  explicit: undefined,
  before: null,
  recipients: 1,
  together: 1,
  thresholds: { bulk: 100, primaryMax: 5 },
  outageOf: () => null,
  ...more,
});
const chosen = (routes: ProviderRoute[], more: Partial<RoutingQuestion> = {}) => {
  const choice = choose(routes, ask(more));
  return [choice.route?.name, choice.routing.reason, choice.othersLeft];
};
const tried = (...names: string[]): Routing => ({ decision: names.at(-1)!, reason: 'order', tried: names });
const out =
  (until: Record<string, number>) =>
  ({ name }: ProviderRoute): Outage | null =>
    name in until ? { reason: 'breaker_open', until: until[name]! } : null;

describe('which provider takes an attempt', () => {
  it('the first in order', () => expect(chosen(two)).toEqual(['a', 'primary', true]));

  it('the next one when the first has failed it', () => {
    expect(chosen(two, { before: tried('a') })).toEqual(['b', 'failover', false]);
  });

  it('the first again when all have failed it', () => {
    const choice = choose(two, ask({ before: tried('a', 'b') }));
    expect(choice).toMatchObject({
      route: { name: 'a' },
      routing: { reason: 'primary', tried: [] },
      othersLeft: false,
    });
  });

  it('the one that the notification names, and no other', () => {
    expect(chosen(two, { explicit: 'b' })).toEqual(['b', 'explicit', false]);
    expect(chosen(two, { explicit: 'c' })).toEqual([undefined, 'no_provider', false]);
    expect(chosen([small, bulk], { explicit: 'small', recipients: 1_000 })).toEqual(['small', 'explicit', false]);
  });

  it('none where there is none', () => expect(chosen([])).toEqual([undefined, 'no_provider', false]));
});

describe('by how many are told', () => {
  const at = (recipients: number, routes: ProviderRoute[], more: Partial<RoutingQuestion> = {}) =>
    chosen(routes, { recipients, ...more }).slice(0, 2);

  it.each([
    [1, 'small', 'primary'],
    [50, 'small', 'primary'],
    [51, 'bulk', 'order'],
    [100, 'bulk', 'bulk'],
    [1_000, 'bulk', 'bulk'],
  ])('%i: %s', (recipients, name, reason) => expect(at(recipients, [small, bulk])).toEqual([name, reason]));

  it('a bulk provider that stands first takes a few only as the primary one', () => {
    expect(at(2, [bulk, route('b')])).toEqual(['b', 'order']);
    expect(at(2, [route('bulk', 'primary', { is_bulk: true }), route('b')])).toEqual(['bulk', 'primary']);
  });

  it('the primary one takes as many as it may without a look at the threshold', () => {
    const thresholds = { bulk: 3, primaryMax: 5 };
    expect(at(5, [small, bulk], { thresholds })).toEqual(['small', 'primary']);
    expect(at(6, [small, bulk], { thresholds })).toEqual(['bulk', 'bulk']);
    expect(at(1, [small, bulk], { thresholds: { bulk: 1, primaryMax: 0 } })).toEqual(['bulk', 'bulk']);
  });

  it('who takes fewer comes last, and is left out where one mail alone is too much', () => {
    expect(at(60, [small])).toEqual(['small', 'primary']);
    expect(chosen([small], { recipients: 60, together: 51 })).toEqual([undefined, 'too_many_recipients', false]);
    expect(at(60, [small, route('large')], { together: 51 })).toEqual(['large', 'order']);
  });

  it("the operator's are chosen alike", () => {
    const defaults = [route('s', 'default'), route('m', 'default', { is_bulk: true })];
    expect(at(1, defaults)).toEqual(['s', 'default']);
    expect(at(100, defaults)).toEqual(['m', 'bulk']);
  });
});

describe('while providers are out', () => {
  it('the next one takes it, and the record says who was passed over', () => {
    const choice = choose(two, ask({ outageOf: out({ a: 9 }) }));
    expect(choice.routing).toMatchObject({
      decision: 'b',
      reason: 'failover',
      skipped: [{ provider: 'a', reason: 'breaker_open' }],
    });
    expect(choice.othersLeft).toBe(false);
  });

  it('the one that failed it takes it again, rather than nobody', () => {
    expect(chosen(two, { before: tried('a'), outageOf: out({ b: 9 }) })).toEqual(['a', 'primary', false]);
  });

  it('nobody takes it when all are out, until the first comes back', () => {
    const choice = choose(two, ask({ outageOf: out({ a: 9, b: 5 }) }));
    expect(choice).toMatchObject({ route: null, outage: { until: 5 }, routing: { reason: 'none_available' } });
    expect(choose(two, ask({ explicit: 'a', outageOf: out({ a: 9 }) }))).toMatchObject({
      route: null,
      outage: { until: 9 },
    });
    expect(chosen(two, { explicit: 'b', outageOf: out({ a: 9 }) })).toEqual(['b', 'explicit', false]);
  });

  it('does not say any more who was out before', () => {
    const before: Routing = { ...tried('a'), skipped: [{ provider: 'b', reason: 'breaker_open' }] };
    expect(choose(two, ask({ before })).routing.skipped).toBeUndefined();
  });
});

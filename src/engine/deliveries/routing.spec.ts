import type { ProviderRoute } from '../providers/provider-routes.js';
import { choose } from './routing.js';

const routes = ['a', 'b'].map((name, index) => ({
  name,
  reason: index === 0 ? 'primary' : 'order',
})) as ProviderRoute[];
const chosen = (...args: Parameters<typeof choose>) => {
  const { route, routing, othersLeft } = choose(...args);
  return [route?.name, routing.reason, othersLeft];
};

describe('which provider takes an attempt', () => {
  it('the first in order', () => expect(chosen(routes, undefined, null)).toEqual(['a', 'primary', true]));

  it('the next one when the first has failed it', () => {
    expect(chosen(routes, undefined, { decision: 'a', reason: 'primary', tried: ['a'] })).toEqual([
      'b',
      'failover',
      false,
    ]);
  });

  it('the first again when all have failed it', () => {
    expect(chosen(routes, undefined, { decision: 'b', reason: 'failover', tried: ['a', 'b'] })).toEqual([
      'a',
      'primary',
      false,
    ]);
  });

  it('the one that the notification names, and no other', () => {
    expect(chosen(routes, 'b', null)).toEqual(['b', 'explicit', false]);
    expect(chosen(routes, 'c', null)).toEqual([undefined, 'no_provider', false]);
  });

  it('none where there is none', () => expect(chosen([], undefined, null)).toEqual([undefined, 'no_provider', false]));
});

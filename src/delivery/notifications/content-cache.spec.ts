import { limits } from '../../platform/config/limits.js';
import { ContentCache } from './content-cache.js';

const content = (chars: number) => ({ subject: 's', text: 'x'.repeat(chars) });

describe('ContentCache', () => {
  it('forgets the oldest when it grows too large', () => {
    const cache = new ContentCache(10_000);
    for (const key of ['a', 'b', 'c']) cache.put(key, content(2_000));
    expect([cache.get('a'), cache.get('c')]).toEqual([undefined, content(2_000)]);
  });

  it('does not keep what would fill it alone', () => {
    const cache = new ContentCache(10_000);
    cache.put('small', content(10));
    cache.put('large', content(6_000));
    expect([cache.get('small'), cache.get('large')]).toEqual([content(10), undefined]);
  });

  it('has room for the largest notification, so that its recipients share one copy', () => {
    const cache = new ContentCache();
    cache.put('largest', content(limits.notification_body_bytes));
    expect(cache.get('largest')).toBeDefined();
  });
});

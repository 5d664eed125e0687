import { VerifiedKeys, type VerifiedKey } from './verified-keys.js';

const key = (keyId: string, clientId = 'c'): VerifiedKey => ({
  identity: { keyId, clientId } as VerifiedKey['identity'],
  expiresAtMs: Infinity,
  stale: false,
  usedAtMs: 0,
});

describe('remembered keys', () => {
  it('stay below their bound, the least recently used going first', () => {
    const keys = new VerifiedKeys(2);
    keys.set('a', key('a'));
    keys.set('b', key('b'));
    keys.get('a');
    keys.set('c', key('c'));
    expect([keys.get('a') !== undefined, keys.get('b'), keys.size]).toEqual([true, undefined, 2]);
  });

  it('are found under a digest that another process does not make', () => {
    const [one, other] = [new VerifiedKeys(1), new VerifiedKeys(1)];
    expect(one.digest('secret')).toBe(one.digest('secret'));
    expect(one.digest('secret')).not.toBe(other.digest('secret'));
  });

  it('become stale by key or by client', () => {
    const keys = new VerifiedKeys(10);
    for (const [id, client] of ['1x', '2x', '3y'].map((text) => [text, text[1]!] as const))
      keys.set(id, key(id, client));
    keys.markStale(new Set(['1x']), new Set());
    expect(['1x', '2x', '3y'].map((id) => keys.get(id)!.stale)).toEqual([true, false, false]);
    keys.markStale(new Set(), new Set(['y']));
    expect(['1x', '2x', '3y'].map((id) => keys.get(id)!.stale)).toEqual([true, false, true]);
  });
});

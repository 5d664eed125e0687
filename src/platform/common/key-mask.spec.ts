import { withoutKeys } from './key-mask.js';

describe('a path that may be logged', () => {
  const refs = '4kx8m2p9q7rt_w3e5r7t9y2u4_';

  it.each(['master', 'user'])('shows of a key (%s) only what is public of it', (kind) => {
    const text = `ck_${kind}_${refs}7Kd${'x9Z'.repeat(15)}1`;
    const shown = `/api/v1/rooms/ck_${kind}_${refs}…/members`;
    expect(withoutKeys(`/api/v1/rooms/${text}/members`)).toBe(shown);
    // Not whole, and not as it was given.
    for (const broken of [text.slice(0, 20), text.replaceAll('_', '%5F'), text.toUpperCase()])
      expect(withoutKeys(`/x/${broken}/members`)).toBe('/x/ck_…/members');
  });

  it.each([
    ['/a/whsec_MfKQ9r8GKYqr/wjUPD8ILPZ+o2LaLaSw==', '/a/whsec_…'],
    ['/a/whsk_MfKQ9r8GKYqr', '/a/whsk_…'],
    [`/a/${'0a'.repeat(32)}/b`, '/a/…/b'],
    ['/api/v1/rooms/0197f3a4-5b6c-7d8e-9f01-23456789abcd/messages', undefined],
    ['/api/v1/users/duck_pond/dock_side', undefined],
  ])('%s', (path, left = path) => expect(withoutKeys(path)).toBe(left));

  it('is found in no longer time than its length takes', () => {
    const began = performance.now();
    for (const part of ['ck_', 'whsec_', 'a', 'ck%5f', '%5']) withoutKeys(part.repeat(200_000));
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

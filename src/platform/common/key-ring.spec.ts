import { randomBytes } from 'node:crypto';
import { KeyRing } from './key-ring.js';

const key = (id: string) => ({ id, key: randomBytes(32) });

describe('KeyRing', () => {
  const old = key('old');
  const ring = new KeyRing([key('new'), old]);

  it('gives back what was encrypted, and never the same text twice', () => {
    const text = ring.encrypt('s3cret ✓', 'client:smtp');
    expect(text).not.toContain('s3cret');
    expect(ring.decrypt(text, 'client:smtp')).toBe('s3cret ✓');
    expect(ring.encrypt('s3cret ✓', 'client:smtp')).not.toBe(text);
  });

  it('encrypts with the first key and decrypts with every one', () => {
    expect(ring.encrypt('x', 'c')).toMatch(/^new:/);
    expect(ring.decrypt(new KeyRing([old]).encrypt('x', 'c'), 'c')).toBe('x');
  });

  it('refuses a text moved to another context, changed, or of a key it does not hold', () => {
    const text = ring.encrypt('x', 'client a');
    expect(() => ring.decrypt(text, 'client b')).toThrow();
    expect(() => ring.decrypt(`${text.slice(0, -4)}AAA=`, 'client a')).toThrow();
    expect(() => new KeyRing([old]).decrypt(text, 'client a')).toThrow('ENCRYPTION_KEYS holds no key named new');
  });
});

import { formatApiKey, newRef, newSecret, parseApiKey } from './api-key.js';

describe('the text of a key', () => {
  const parts = { kind: 'scoped', clientRef: newRef(), keyRef: newRef(), secret: newSecret() } as const;
  const text = formatApiKey(parts);

  it('is read back whole', () => {
    expect(text).toMatch(/^ck_user_[a-z0-9]{12}_[a-z0-9]{12}_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/);
    expect(parseApiKey(text)).toEqual(parts);
    expect(parseApiKey(formatApiKey({ ...parts, kind: 'master' }))).toMatchObject({ kind: 'master' });
  });

  it('is refused when any character differs', () => {
    for (let i = 0; i < text.length; i++) {
      const changed = text.slice(0, i) + (text[i] === 'x' ? 'y' : 'x') + text.slice(i + 1);
      expect(parseApiKey(changed)).toBeNull();
    }
    for (const junk of ['', 'ck_', text + 'a', text.slice(1), ` ${text}`, `${text}\n`, 'x'.repeat(100_000)]) {
      expect(parseApiKey(junk)).toBeNull();
    }
  });

  it('never repeats a secret, and uses all of its alphabet', () => {
    const secrets = Array.from({ length: 500 }, newSecret);
    expect(new Set(secrets).size).toBe(500);
    expect(new Set(secrets.join('')).size).toBe(62);
  });
});

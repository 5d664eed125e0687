import { slugOf, slugsOf } from './slug.js';

describe('slugs', () => {
  it.each([
    ['Café du Nord!', 'cafe-du-nord'],
    ['Ünïcode & Söhne GmbH', 'unicode-sohne-gmbh'],
    ['Straße 12½', 'straße-121-2'],
    ['ＡＢＣ', 'abc'],
    ['İstanbul', 'istanbul'],
    ['  --  ', null],
    ['', null],
    ['日本 語', '日本-語'],
    ['がんばれ', 'がんばれ'],
    ['Мой чай', 'мой-чай'],
    ['हिन्दी', 'हिन्दी'],
    ['한국어', '한국어'],
    ['🙂', null],
    ['❤\ufe0f', null],
    ['❤\ufe0f team 1\ufe0f\u20e3', 'team-1'],
    ['../a/b?c#d%2f', 'a-b-c-d-2f'],
    ['\u0301a', 'a'],
  ])('%p reads %p', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it('are the same for every way to write a name, so that they can be compared', () => {
    for (const name of ['Café', 'がんばれ', '한국어', 'Мой']) {
      expect(slugOf(name.normalize('NFD'))).toBe(slugOf(name.normalize('NFC')));
      expect(slugOf(name)).toBe(slugOf(name)!.normalize('NFC'));
    }
  });

  it('stay as they are when they are made again, and pass through an address', () => {
    for (const name of ['Café du Nord!', 'हिन्दी 日本 語', 'Straße', 'x'.repeat(59) + ' yy']) {
      const slug = slugOf(name)!;
      expect(slugOf(slug)).toBe(slug);
      expect(decodeURIComponent(new URL(`https://example.com/${slug}/x`).pathname)).toBe(`/${slug}/x`);
    }
  });

  it('stay short and well-formed, wherever they are cut', () => {
    const slug = slugOf('x'.repeat(59) + '𝒳𠀀'.repeat(50))!;
    expect(slug.length).toBeLessThanOrEqual(60);
    expect(slug.isWellFormed()).toBe(true);
  });

  it('have suffixes for those that come later', () => {
    const [first, ...others] = slugsOf('Team', null);
    expect(first).toBe('team');
    expect(others).toHaveLength(5);
    expect(others.every((slug) => /^team-[0-9a-f]{8}$/.test(slug!))).toBe(true);
  });

  it('need another word for a name of which nothing is left, or are none at all', () => {
    expect([...slugsOf('🙂', null)]).toEqual([null]);
    expect([...slugsOf(null, null)]).toEqual([null]);
    const [first, second] = slugsOf('🙂', 'client');
    expect(first).toBe('client');
    expect(second).toMatch(/^client-[0-9a-f]{8}$/);
  });
});

import { slugOf, slugsOf } from './slug.js';

describe('slugs', () => {
  it.each([
    ['Café du Nord!', 'cafe-du-nord'],
    ['  --  ', null],
    ['日本 語', '日本-語'],
    ['🙂', null],
    [null, null],
  ])('%p reads %p', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it('stays short and well-formed, wherever it is cut', () => {
    const slug = slugOf('x'.repeat(59) + '𝒳𠀀'.repeat(50))!;
    expect(slug.length).toBeLessThanOrEqual(60);
    expect(slug.isWellFormed()).toBe(true);
  });

  it('has suffixes for those that come later, but none without a slug', () => {
    const [first, ...others] = slugsOf('Team');
    expect(first).toBe('team');
    expect(others).toHaveLength(5);
    expect(others.every((slug) => /^team-[0-9a-f]{8}$/.test(slug!))).toBe(true);
    expect([...slugsOf('🙂')]).toEqual([null]);
  });
});

import { fold, foldWithPlaces } from './fold.js';
import { SearchTerms } from './search-terms.js';
import { fragmentsOf, tokenOf, wordsOf } from './words.js';

describe('folding', () => {
  it.each([
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['É', 'e\u0301'],
    ['ǅ', 'ǆ'],
  ])('makes %s and %s the same', (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it('keeps letters apart that differ in their accents', () => {
    expect(fold('é')).not.toBe(fold('e'));
  });

  it.each(['plain', 'ß and ß', '😀 e\u0301 x', 'İstanbul', '👨‍👩‍👧 family'])(
    'says where each unit of %s comes from',
    (text) => {
      const { text: folded, startOf, endOf } = foldWithPlaces(text);
      expect(folded).toBe(fold(text));
      const points = [...text];
      for (let at = 0; at < folded.length; at++) {
        const original = points.slice(startOf(at), endOf(at)).join('');
        expect(fold(original)).toContain(folded[at]!);
      }
      expect(endOf(folded.length - 1)).toBe(points.length);
    },
  );
});

describe('words', () => {
  it('are letters, digits and underscores; what has no spaces is cut into threes', () => {
    expect([...wordsOf('foo-bar_1, übung x2')]).toEqual(['foo', 'bar_1', 'übung', 'x2']);
    expect([...wordsOf('a 你好世界')]).toEqual(['a', '你好世', '好世界', '世界', '界']);
  });

  it('are found by themselves and by their ends of three characters and more', () => {
    expect(fragmentsOf('hello')).toEqual(['^hello', 'ello', 'llo']);
    expect(fragmentsOf('ab')).toEqual(['^ab']);
  });

  it('have another token in each tenant, as a word, a room and a sender', () => {
    const tokens = [
      tokenOf('a', 'word', 'x'),
      tokenOf('b', 'word', 'x'),
      tokenOf('a', 'room', 'x'),
      tokenOf('a', 'word', 'y'),
    ];
    expect(new Set(tokens).size).toBe(4);
    for (const token of tokens) expect(token).toBe(token | 0);
  });
});

describe('what is looked for', () => {
  it.each([
    ['he', 'hello', true],
    ['lo', 'hello', false],
    ['llo', 'hello', true],
    ['wor hel', 'hello world', true],
    ['lo wor', 'hello world', true],
    ['lo  wor', 'hello world', false],
    ['he x', 'hello world', false],
    ['%%%', 'hello', false],
    ['-b', 'a-b', false],
    ['世界', '你好世界', true],
  ])('%j is in %j: %s', (q, text, expected) => {
    expect(new SearchTerms(q).matches(fold(text))).toBe(expected);
  });

  it('is asked of the index by what each match must have', () => {
    const wanted = (q: string) => new SearchTerms(q).wanted;
    expect(wanted('hello')).toEqual([{ words: [], fragments: ['^hello', 'hello'] }]);
    expect(wanted('he')).toEqual([{ words: [], fragments: ['^he'] }]);
    expect(wanted('foo-bar')).toEqual([
      { words: [], fragments: ['^foo', 'foo'] },
      { words: [], fragments: ['^bar'] },
    ]);
    // "lo" may be the end of a word, when all is found as it is written.
    expect(wanted('lo wor')).toEqual([{ words: [], fragments: ['^wor', 'wor'] }]);
    expect(wanted('好世界')).toEqual([{ words: ['好世界'], fragments: [] }]);
    expect(wanted('c++')).toEqual([]);
  });

  it('has its highlights in order, in code points, none within another', () => {
    expect(new SearchTerms('ana nan').highlight('😀 banana, ANA')).toEqual([
      { start: 3, end: 8 },
      { start: 10, end: 13 },
    ]);
    expect(new SearchTerms('ss').highlight('ß Straße')).toEqual([{ start: 0, end: 1 }]);
  });
});

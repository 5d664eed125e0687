import { bytes, clean, distance, localTime, moment, nearest, seconds, shorten } from './format.js';

describe('what people read', () => {
  it.each([
    ['plain', 'plain'],
    ['two\nlines\tand a tab', 'two⏎lines and a tab'],
    ['red \u001b[31m, bell \u0007, C1 \u009b', 'red \\x1b[31m, bell \\x07, C1 \\x9b'],
    ['turned \u202e round', 'turned \\x202e round'],
  ])('shows %j without obeying it', (text, shown) => expect(clean(text)).toBe(shown));

  it('cuts by characters, not by halves of them', () => {
    expect(shorten('🎉🎉🎉', 3)).toBe('🎉🎉🎉');
    expect(shorten('🎉🎉🎉🎉', 3)).toBe('🎉🎉…');
  });

  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [73 * 1024 ** 3, '73 GiB'],
  ])('tells %d bytes as %s', (n, text) => expect(bytes(n)).toBe(text));

  it('tells times of this zone, and nothing of none', () => {
    expect(localTime('2026-01-31T12:00:00.000Z')).toMatch(/^2026-0[12]-\d\d \d\d:\d\d:00$/);
    expect([localTime(null), localTime(undefined), localTime('soon')]).toEqual(['', '', 'soon']);
  });
});

describe('what people write', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7_200],
    ['7d', 604_800],
    ['1w', 604_800],
    ['', undefined],
    ['h', undefined],
    ['-1h', undefined],
    ['1.5h', undefined],
    ['1 h', undefined],
  ])('takes %j for %s seconds', (text, n) => expect(seconds(text)).toBe(n));

  it('takes a moment as a time, as a day, and as how long ago', () => {
    const now = Date.parse('2026-01-31T12:00:00Z');
    expect(moment('2h', now)).toBe('2026-01-31T10:00:00.000Z');
    expect(moment('2026-01-30', now)).toBe('2026-01-30T00:00:00.000Z');
    expect(moment('2026-01-30T01:00:00+01:00', now)).toBe('2026-01-30T00:00:00.000Z');
    expect([moment('yesterday', now), moment('2026-99-99', now), moment('Jan 1', now)]).toEqual(
      Array(3).fill(undefined),
    );
  });

  it('finds the word that was meant, where there is one', () => {
    expect([distance('kitten', 'sitting'), distance('', 'abc'), distance('same', 'same')]).toEqual([3, 3, 0]);
    const known = ['message.created', 'member.joined', 'room.created'];
    expect(nearest('mesage.created', known)).toBe('message.created');
    expect(nearest('member.join', known)).toBe('member.joined');
    expect(nearest('something else', known)).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });
});

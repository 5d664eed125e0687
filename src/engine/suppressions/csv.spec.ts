import { csvLines, toCsvLine } from './csv.js';

const read = (text: string) => [...csvLines(text)];

describe('a CSV file', () => {
  it.each([
    [
      'a,b\r\nc,d\r\n',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      '\ufeffa\n\n\nb',
      [
        [1, 'a'],
        [4, 'b'],
      ],
    ],
    ['"a,b","say ""x"""\n', [[1, 'a,b', 'say "x"']]],
    [
      '"a\nb",c\nd,\n',
      [
        [1, 'a\nb', 'c'],
        [3, 'd', ''],
      ],
    ],
    ['a"b,c', [[1, 'a"b', 'c']]],
    ['', []],
  ])('%j', (text, expected) => {
    expect(read(text).map(({ line, fields }) => [line, ...fields])).toEqual(expected);
  });

  it('is written so that it is read again', () => {
    expect(read(toCsvLine(['a,b', 'c"d', null, 'e\nf']))[0]!.fields).toEqual(['a,b', 'c"d', '', 'e\nf']);
  });

  it('holds nothing that a spreadsheet runs', () => expect(toCsvLine(['=1+1'])).toBe("'=1+1\r\n"));
});

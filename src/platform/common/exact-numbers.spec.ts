import { findInexactNumber } from './exact-numbers.js';

it.each([
  ['{"a":{"ids":[1,9007199254740993]}}', 'a.ids[1]'],
  ['{"big":12345678901234567890}', 'big'],
  ['[{"x":"1234567890123456789","y":-9007199254740993}]', '[0].y'],
  ['{"a":"b","c":{"d":1},"e":[[],[12345678901234567890]]}', 'e[1][0]'],
  ['{"a \\"b":12345678901234567890}', 'a "b'],
])('names where a number is too large to be kept: %s', (text, path) => expect(findInexactNumber(text)).toBe(path));

it.each([
  '{"a":9007199254740991,"b":"12345678901234567890","12345678901234567890":1}',
  '{"a":0.1234567890123456789,"b":1e300,"c":[1234567890123456]}',
  '12',
])('lets pass what arrives as it was sent: %s', (text) => expect(findInexactNumber(text)).toBeNull());

/** A value nested deeper than any reader should follow. */
export function nested(depth: number): unknown {
  let value: unknown = 'x';
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}

const LONG = 'x'.repeat(10_000);

/** Values that no field of the API takes, whatever its type, or that one type at most takes. */
export const JUNK_VALUES: unknown[] = [
  true,
  -1,
  1e308,
  9_007_199_254_740_992,
  0.5,
  '',
  'NUL \u0000 inside',
  'lone \ud800 surrogate',
  LONG,
  [],
  [[]],
  [null],
  [{ constructor: { prototype: {} } }],
  {},
  { $ne: null },
  { length: 1e9 },
  nested(200),
];

/** Bodies that are no JSON object, as they go over the wire. */
export const JUNK_BODIES: string[] = [
  '',
  'null',
  '[]',
  '[{}]',
  '"text"',
  '42',
  'true',
  '{',
  '{"a":1,}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"toString":1,"hasOwnProperty":1}',
  '{"\\u0000":1}',
  '{"\\ud800":1}',
  `{"deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  `{"big":1${'0'.repeat(400)}}`,
  `{"${LONG}":1}`,
];

/** What may stand in a path where an id is expected, encoded already. */
export const JUNK_SEGMENTS: string[] = [
  'x',
  '0',
  '-1',
  '%00',
  '%20',
  '%F0%9F%8E%89',
  '..%2F..%2Fetc%2Fpasswd',
  '%27%20or%201%3D1--',
  '__proto__',
  'constructor',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  'x'.repeat(4_000),
  'x'.repeat(10_000),
  // Not UTF-8, a broken escape, half a surrogate pair.
  '%ff',
  '%E0%A4%A',
  '%ED%A0%80',
];

export const JUNK_QUERIES: string[] = [
  'limit=0',
  'limit=-1',
  'limit=1e3',
  'limit=99999999999999999999',
  'limit=NaN',
  'limit=1&limit=2',
  'limit[]=1',
  'limit[a]=1',
  'cursor=x',
  'cursor=%00',
  `cursor=${LONG.slice(0, 5_000)}`,
  // Well-formed, and from no list.
  `cursor=${Buffer.from('["n",{}]').toString('base64url')}`,
  `cursor=${Buffer.from('["n","x","y"]').toString('base64url')}`,
  `cursor=${Buffer.from('["p",1e308]').toString('base64url')}`,
  `cursor=${Buffer.from('["n","\u0000"]').toString('base64url')}`,
  'before_seq=x',
  'before_seq=-5&after_seq=3&around_seq=1',
  'after_seq=9223372036854775808',
  '__proto__=1',
  '__proto__[x]=1',
  'constructor=1',
  'q=%ED%A0%80',
  '%',
  '=&&=',
];

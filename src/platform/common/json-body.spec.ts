import { defaultLimits, setLimits } from '../config/limits.js';
import { holdsMoreValues, parseJsonBody } from './json-body.js';
import { Problem } from './problem.js';

const codeOf = (body: string | number[]): string => {
  try {
    parseJsonBody(Buffer.from(body as string));
    return 'read';
  } catch (error) {
    return (error as Problem).code;
  }
};

describe('the values of a text', () => {
  const countOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum: number, inner) => sum + countOf(inner), 1)
      : 1;

  it.each([
    '1',
    '"a,[{"',
    '{"a":1}',
    '{"a":[1,"2",null,{"b,":"\\",[\\\\"}],"c":{}}',
    '[[[]],[{"\\\\":"\\\\\\""}]]',
    ' { "a" : [ 1 , 2 ] } ',
  ])('are as many as in what it is read as, and one more for each empty array or object: %s', (text) => {
    const empty = text.match(/\[\s*\]|\{\s*\}/g)?.length ?? 0;
    const counted = [...Array(50).keys()].find((max) => max > 0 && !holdsMoreValues(Buffer.from(text), max));
    expect(counted).toBe(countOf(JSON.parse(text)) + empty);
  });

  it.each(['"', '"\\', '{"a', '[[[', '', ']', '"a"b'])('are counted in what is no JSON: %s', (text) => {
    expect(holdsMoreValues(Buffer.from(text), 100)).toBe(false);
  });
});

describe('a JSON body', () => {
  afterEach(() => setLimits(defaultLimits()));

  it('with a whole number that would arrive as another one is refused by its name', () => {
    const body = '{"channels":{"webhook":{"payload":{"ids":[1,9007199254740993]}}}}';
    expect(codeOf(body)).toBe('validation_failed');
    expect(() => parseJsonBody(Buffer.from(body))).toThrow('channels.webhook.payload.ids[1]');
    expect(codeOf('{"id":9007199254740991,"text":"9007199254740993"}')).toBe('read');
  });

  it.each([
    ['arrays', '[],'],
    ['objects', '{},'],
    ['numbers', '0,'],
    ['strings', '"",'],
    ['arrays, and is no JSON', '[],]'],
  ])('is too large when it holds very many %s', (_, unit) => {
    expect(codeOf(`{"a":[${unit.repeat(200_001)}0]}`)).toBe('too_large');
  });

  it('may be as long as its route takes where it holds few', () => {
    expect(codeOf(JSON.stringify({ a: '[],'.repeat(1_000_000) }))).toBe('read');
    expect(codeOf(JSON.stringify({ a: '"\\'.repeat(1_000_000) }))).toBe('read');
    expect(codeOf(`{"a":[${'0,'.repeat(90_000)}0]}`)).toBe('read');
  });

  it('holds as many members as a room may have', () => {
    setLimits({ ...defaultLimits(), room_members: 100_000 });
    const members = Array.from({ length: 100_000 }, (_, n) => ({ user_id: `user ${n}`, role: 'member' }));
    expect(codeOf(JSON.stringify({ members }))).toBe('read');
  });

  it.each([
    '{"__proto__":1}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f_proto__":1}',
    '{"a":null,"constructor":{"prototype":{}}}',
    '{"a":{"\\u0063onstructor":{"prototype":1}}}',
  ])('reaches no prototype: %s', (text) => {
    expect(codeOf(text)).toBe('malformed_json');
  });

  it.each([
    ['a byte of no character', [0xff]],
    ['Latin-1', [0x63, 0x61, 0x66, 0xe9]],
    ['half a character', [0xe2, 0x82]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['more bytes than needed', [0xc0, 0xaf]],
  ])('is UTF-8: not %s', (_, bytes) => {
    expect(codeOf([0x22, ...bytes, 0x22])).toBe('malformed_json');
    // Also far on, and in what is not decoded character by character.
    expect(codeOf([...Buffer.from(`["${'é'.repeat(50_000)}`), ...bytes, 0x22, 0x5d])).toBe('malformed_json');
  });

  it.each(['"\ufffd"', '"é€😀"', '"\ud83d\ude00"'])('may hold every character: %s', (text) => {
    expect(codeOf(text)).toBe('read');
  });

  it.each(['{"a":"__proto__"}', '{"constructor":"x"}', '{"constructor":null}', '"constructor"', '\ufeff{}'])(
    'is read: %s',
    (text) => {
      expect(codeOf(text)).toBe('read');
    },
  );
});

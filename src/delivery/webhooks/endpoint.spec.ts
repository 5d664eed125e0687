import { hears } from './event-patterns.js';
import { changedHeaders, shownHeaders } from './endpoint-headers.js';
import { exampleOfSchema } from './example.js';

it.each([
  [['*'], 'message.created', true],
  [['message.*'], 'message.created', true],
  [['message.stream.*'], 'message.created', false],
  [['message.created'], 'message.created', true],
  [['message.create'], 'message.created', false],
  [['room.*', 'member.joined'], 'member.joined', true],
  [['room.*'], 'roommate.joined', false],
])('%j hears %s: %s', (patterns, type, expected) => expect(hears(patterns, type)).toBe(expected));

describe('headers', () => {
  it('are merged by their names in any case; null removes, *** keeps', () => {
    const before = { 'X-A': '1', 'X-B': '2', Authorization: 'secret' };
    expect(changedHeaders(before, { 'x-a': '3', 'X-B': null, authorization: '***', 'X-C': '' })).toEqual({
      'x-a': '3',
      authorization: 'secret',
      'X-C': '',
    });
    expect(shownHeaders(before)).toEqual({ 'X-A': '1', 'X-B': '2', Authorization: '***' });
  });

  it('are refused where they are ours, or could be more than one', () => {
    for (const name of ['webhook-id', 'HOST', 'Content-Length', 'Connection', 'X-Forwarded-For', 'a b', '']) {
      expect(() => changedHeaders({}, { [name]: 'x' })).toThrow(`headers.${name}`);
    }
    for (const value of ['a\nb', 'ü', 7, {}]) expect(() => changedHeaders({}, { 'X-A': value })).toThrow('headers.X-A');
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`X-${at}`, 'x']));
    expect(() => changedHeaders({}, many)).toThrow('at most 50');
  });
});

it('makes a value of a schema, of its examples where it has some', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'string', format: 'uuid' },
      name: { type: ['string', 'null'], example: 'Ann' },
      kind: { type: 'string', enum: ['a', 'b'] },
      tags: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } } },
      on: { type: 'boolean' },
    },
  };
  expect(exampleOfSchema(schema)).toEqual({
    id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f',
    name: 'Ann',
    kind: 'a',
    tags: [{ n: 1 }],
    on: false,
  });
});

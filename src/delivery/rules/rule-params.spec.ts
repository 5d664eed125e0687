import { expressionsIn, filled, isTruthy } from './rule-params.js';

const of = (expression: unknown) => ({ $jsonata: expression });

describe('the expressions of params', () => {
  it('are found at any depth, by the path of what they give', () => {
    const params = { content: of('a'), plain: 1, channels: { email: { to: [of('b'), 'x', of('c')] } } };
    const { expressions, faults } = expressionsIn(params, 'p');
    expect(faults).toEqual([]);
    expect(expressions).toEqual([
      { field: 'p.content', expression: 'a' },
      { field: 'p.channels.email.to[0]', expression: 'b' },
      { field: 'p.channels.email.to[2]', expression: 'c' },
    ]);
    const values = new Map<string, unknown>([
      ['p.content', { $jsonata: 'what came, and is not worked out again' }],
      ['p.channels.email.to[0]', ['b']],
      ['p.channels.email.to[2]', undefined],
    ]);
    expect(filled(params, 'p', values)).toEqual({
      content: { $jsonata: 'what came, and is not worked out again' },
      plain: 1,
      channels: { email: { to: [['b'], 'x'] } },
    });
  });

  it.each([[of(1)], [of('')], [{ ...of('a'), more: 1 }], [{ deep: [of(null)] }]])('are not %j', (params) => {
    expect(expressionsIn(params, 'p').faults).toHaveLength(1);
  });

  it('are at most fifty', () => {
    expect(
      expressionsIn(
        Array.from({ length: 51 }, () => of('a')),
        'p',
      ).faults,
    ).toMatchObject([{ field: 'p' }]);
  });
});

it.each([
  [true, true],
  ['x', true],
  [[0, 1], true],
  [{ a: 1 }, true],
  [undefined, false],
  [null, false],
  ['', false],
  [0, false],
  [[], false],
  [[false, 0], false],
  [{}, false],
])('%j is %s, as $boolean has it', (value, expected) => {
  expect(isTruthy(value)).toBe(expected);
});

import { holds } from './conditions.js';

it.each([
  [true, [true, 1, 'x', [0, 1], { a: 0 }, [['x']]]],
  [false, [false, 0, '', null, undefined, [], [0, ''], {}, [[]]]],
])('%s is what a condition gives by', (expected, values) => {
  expect(values.map(holds)).toEqual(values.map(() => expected));
});

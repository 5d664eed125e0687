import type { KeptResult } from '../sources/inbound-effects.js';
import { derivedKey } from './derived-key.js';
import { actionKeyOf, digestOf, doneOf } from './rule-records.js';
import type { RuleActionDto } from './rules.dto.js';

const say = (content: string): RuleActionDto => ({ type: 'send_message', params: { content } });
const [a, b, c] = [say('a'), say('b'), say('c')];

/** As they were done, one after the other. */
const recordsOf = (...done: [index: number, action: RuleActionDto][]): KeptResult[] =>
  done.map(([index, action]) => ({
    rule_id: 'r',
    action: action.type,
    index,
    resource_id: `${index}`,
    digest: digestOf(action),
  }));
const doneIn = (actions: RuleActionDto[], records: KeptResult[]) =>
  doneOf(actions, records).map((one) => one?.resource_id);

describe('what was done of a rule that is worked on again', () => {
  const records = recordsOf([0, a], [1, b]);

  it.each([
    ['as it was', [a, b], ['0', '1']],
    ['with one before', [c, a, b], [undefined, '0', '1']],
    ['with one at the end', [a, b, c], ['0', '1', undefined]],
    ['the other way round', [b, a], ['1', '0']],
    ['without one', [b], ['1']],
    ['with one changed', [a, c], ['0', undefined]],
    ['with one twice', [a, a, a], ['0', undefined, undefined]],
  ] as [string, RuleActionDto[], unknown[]][])('is found by what it is: %s', (_, actions, expected) =>
    expect(doneIn(actions, records)).toEqual(expected),
  );

  it('is not another kind of action', () => {
    expect(doneIn([{ ...a, type: 'send_notification' }], records)).toEqual([undefined]);
  });

  it('is first what stands in its old place', () => {
    expect(doneIn([b, a, a], recordsOf([0, a], [2, a]))).toEqual([undefined, '0', '2']);
  });

  it('is known by place and type where the record says no more', () => {
    const older = records.map(({ digest: _, ...one }) => one);
    expect(doneIn([a, b], older)).toEqual(['0', '1']);
    expect(doneIn([c, a, b], older)).toEqual(['0', '1', undefined]);
  });
});

describe("an action's name", () => {
  const event = { id: 'e' };
  const keysOf = (actions: RuleActionDto[], records: KeptResult[]) =>
    actions.map((_, place) => actionKeyOf(event, { id: 'r', actions }, place, records));

  it('is that of its place, and of another one where something else was done there', () => {
    const plain = [0, 1, 2].map((place) => derivedKey('e', 'r', place, 'send_message'));
    expect(keysOf([a, b, c], [])).toEqual(plain);
    expect(keysOf([a, b, c], recordsOf([0, a]))).toEqual(plain);
    const [first, ...others] = keysOf([b, a, c], recordsOf([0, a]));
    expect(others).toEqual(plain.slice(1));
    expect(plain).not.toContain(first);
    expect(first).not.toBe(keysOf([c, a], recordsOf([0, a]))[0]);
  });
});

import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { keepsAllRules } from './all-rules-kept.js';
import { Bool, Email, Int, Json, Nested, NestedList, OneOf, Text, TextList, Time, UserId, Uuid } from './fields.js';
import { addField } from './field-registry.js';

class InnerDto {
  @Text({ max: 3 })
  name: string;

  @Email({ optional: true })
  email?: string;
}

class OuterDto {
  @Text({ max: 5, optional: true, nullable: true })
  title?: string | null;

  @UserId({ optional: true })
  user_id?: string;

  @Uuid({ optional: true })
  id?: string;

  @Int({ min: 1, max: 10 })
  limit: number;

  @Bool({ optional: true })
  full?: boolean;

  @OneOf(['a', 'b'], { optional: true })
  kind?: string;

  @Json({ maxBytes: 20, optional: true })
  metadata?: object;

  @Time({ optional: true })
  at?: string;

  @TextList({ optional: true, max: 2, maxChars: 3 })
  tags?: string[];

  @Nested(() => InnerDto, { optional: true })
  child?: InnerDto;

  @NestedList(() => InnerDto, { optional: true, min: 1, max: 2 })
  children?: InnerDto[];
}

class HeirDto extends OuterDto {
  @Int()
  own: number;
}

const errorsOf = (object: object) => validateSync(object, { forbidUnknownValues: false, stopAtFirstError: true });

describe('keepsAllRules', () => {
  const junk = fc.oneof(fc.anything({ maxDepth: 1 }), fc.constantFrom(null, undefined, '', 'a', 0, 1, [], {}));
  const inner = fc
    .record({ name: fc.oneof(fc.constantFrom('x', 'xyz'), junk), email: fc.oneof(fc.constant('a@b.example'), junk) })
    .map((fields) => Object.assign(new InnerDto(), fields));
  const maybe = (right: unknown, more: fc.Arbitrary<unknown> = junk) =>
    fc.oneof({ weight: 12, arbitrary: fc.constantFrom(right, undefined) }, { weight: 1, arbitrary: more });
  const fields = fc.record({
    title: maybe('x'),
    user_id: maybe('alice'),
    id: maybe('0195b4c8-1234-7abc-8def-012345678900'),
    limit: fc.oneof({ weight: 12, arbitrary: fc.constant(3) }, { weight: 1, arbitrary: junk }),
    full: maybe(true),
    kind: maybe('a'),
    metadata: maybe({ a: 1 }, fc.oneof(junk, fc.constant({ a: 'longer than twenty bytes' }))),
    at: maybe('2026-01-31T12:00:00Z'),
    tags: maybe(['a'], fc.oneof(junk, fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }))),
    child: fc.oneof(fc.constant(undefined), inner, junk),
    children: fc.oneof(fc.constant(undefined), fc.array(fc.oneof(inner, junk), { maxLength: 3 })),
  });

  it('says yes where class-validator finds no fault, and only there', () => {
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fields, (given) => {
        const object = Object.assign(new OuterDto(), given);
        const isKept = keepsAllRules(object);
        seen[isKept ? 'yes' : 'no']++;
        expect(isKept).toBe(errorsOf(object).length === 0);
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(50);
  });

  it('knows inherited rules, and those that are added later', () => {
    expect(keepsAllRules(Object.assign(new HeirDto(), { limit: 3, own: 1 }))).toBe(true);
    expect(keepsAllRules(Object.assign(new HeirDto(), { limit: 3 }))).toBe(false);
    expect(keepsAllRules(Object.assign(new HeirDto(), { limit: 0, own: 1 }))).toBe(false);
    const inner = Object.assign(new InnerDto(), { name: 'x' });
    expect(keepsAllRules(inner)).toBe(true);
    addField(InnerDto, 'late', Text({ max: 3 }));
    expect(keepsAllRules(inner)).toBe(false);
    expect(keepsAllRules(Object.assign(inner, { late: 'x' }))).toBe(true);
  });
});

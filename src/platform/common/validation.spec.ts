import {
  Bool,
  HttpUrl,
  Int,
  Json,
  Nested,
  NestedList,
  NestedVariant,
  OneOf,
  Text,
  TextList,
  Time,
  UserId,
} from './fields.js';
import { Problem, type FieldError } from './problem.js';
import { toDto } from './validation.js';

class ChildDto {
  @Text({ max: 3 })
  name: string;
}

class ParentDto {
  @Text({ max: 5, optional: true, nullable: true })
  title?: string | null;

  @UserId({ optional: true })
  user_id?: string;

  @Int({ min: 1, max: 10, optional: true, query: true })
  limit?: number;

  @Bool({ optional: true, query: true })
  full?: boolean;

  @OneOf(['a', 'b'], { optional: true })
  kind?: string;

  @Json({ maxBytes: 80, optional: true })
  metadata?: object;

  @Nested(() => ChildDto, { optional: true })
  child?: ChildDto;

  @NestedList(() => ChildDto, { max: 2, optional: true })
  children?: ChildDto[];

  @TextList({ max: 2, maxChars: 4, optional: true })
  tags?: string[];

  @HttpUrl({ optional: true })
  url?: string;

  @Time({ optional: true })
  at?: string;
}

class VariantDto {
  @Text({ max: 5 })
  kind: string;

  @NestedVariant([ChildDto], ({ kind }) => (kind === 'child' ? ChildDto : null))
  value: object;
}

class HeirDto extends ParentDto {
  @Text({ max: 5 })
  own: string;
}

function errorsOf(value: unknown, dto: new () => object = ParentDto): FieldError[] {
  try {
    toDto(dto, value);
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).status).toBe(422);
    return (error as Problem).options.errors!;
  }
  return [];
}

describe('toDto', () => {
  it('makes instances, nested ones too, and keeps free JSON as it came', () => {
    const metadata = { constructor: 5, then: 'x', deep: [{ a: 1 }] };
    const dto = toDto(ParentDto, { title: null, child: { name: 'x' }, children: [{ name: 'y' }], metadata });
    expect(dto).toBeInstanceOf(ParentDto);
    expect(dto.child).toBeInstanceOf(ChildDto);
    expect(dto.children![0]).toBeInstanceOf(ChildDto);
    expect(dto.metadata).toBe(metadata);
    expect(dto.title).toBeNull();
  });

  it.each([[null], ['Object'], [5], [{ name: 'x' }]])(
    'leaves alone what it has no class for, with the member constructor %j',
    (constructor) => {
      expect(toDto(VariantDto, { kind: 'other', value: { constructor } }).value).toEqual({ constructor });
    },
  );

  it('reads numbers and booleans of query strings, and leaves junk to the checks', () => {
    expect(toDto(ParentDto, { limit: '7', full: 'true' })).toMatchObject({ limit: 7, full: true });
    expect(errorsOf({ limit: '7x', full: 'yes' }).map(({ field }) => field)).toEqual(['limit', 'full']);
  });

  it('names every field at fault, unknown ones too', () => {
    const errors = errorsOf({ title: 'too long', nope: 1, child: { name: '', more: 1 }, children: [{ name: 'fine' }] });
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'child.more',
      'child.name',
      'children[0].name',
      'nope',
      'title',
    ]);
  });

  it('requires what is not optional, inherited fields included', () => {
    expect(errorsOf({}, HeirDto)).toEqual([{ field: 'own', message: expect.any(String) }]);
    expect(errorsOf({ own: 'x', title: 'too long' }, HeirDto)).toHaveLength(1);
  });

  it('counts code points, not UTF-16 units', () => {
    expect(errorsOf({ title: '😀😀😀😀😀' })).toEqual([]);
    expect(errorsOf({ title: '😀😀😀😀😀😀' })).toHaveLength(1);
  });

  it.each([
    ['null where a value belongs', { limit: null }],
    ['a list for text', { title: ['x'] }],
    ['an object for text', { title: {} }],
    ['a number for text', { title: 5 }],
    ['a list for an object', { child: [] }],
    ['text for an object', { child: 'x' }],
    ['an object for a list', { children: {} }],
    ['junk in a list', { children: [null] }],
    ['a list in a list of texts', { tags: [['x']] }],
    ['too many items', { tags: ['a', 'b', 'c'] }],
    ['an unknown choice', { kind: 'c' }],
    ['a fraction', { limit: 1.5 }],
    ['a number too large', { limit: 1e300 }],
    ['metadata too large', { metadata: { a: 'x'.repeat(90) } }],
    ['metadata that is a list', { metadata: [] }],
    ['the reserved user id', { user_id: 'me' }],
    ['a user id that is a path', { user_id: '..' }],
    ['a control character in a user id', { user_id: 'a\nb' }],
    ['NUL', { title: 'a\u0000' }],
    ['NUL in a key of metadata', { metadata: { 'a\u0000': 1 } }],
    ['a number that no double holds', { metadata: JSON.parse('{"a":1e400}') }],
    ['a lone surrogate deep inside', { metadata: { a: [{ b: '\ud800' }] } }],
    ['a script URL', { url: 'javascript:alert(1)' }],
    ['a time without offset', { at: '2026-01-01T00:00:00' }],
    ['a date alone', { at: '2026-01-01' }],
    ['an impossible day', { at: '2026-02-31T00:00:00Z' }],
  ])('refuses %s', (_, value) => {
    expect(errorsOf(value).length).toBeGreaterThan(0);
  });

  it.each([['text'], [5], [[1]], [true]])('refuses a body that is no object: %p', (value) => {
    expect(errorsOf(value)).toHaveLength(1);
  });

  it('refuses JSON nested too deep before anything recurses over it', () => {
    const deep = JSON.parse(`{"metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`) as object;
    expect(errorsOf(deep)).toHaveLength(1);
  });

  it('looks at no more items of a list than it takes to see that they are too many', () => {
    let made = 0;
    class CountedDto {
      constructor() {
        made++;
      }
      @Text({ max: 3 })
      name: string;
    }
    class ListsDto {
      @NestedList(() => CountedDto, { max: 2 })
      many: CountedDto[];
      @Nested(() => CountedDto)
      one: CountedDto;
    }
    const items = Array.from({ length: 50 }, () => ({ name: 'a' }));
    expect(errorsOf({ many: items, one: items }, ListsDto).map(({ field }) => field)).toEqual(['many', 'one']);
    expect(made).toBeLessThan(10);
  });

  it('names at most a hundred faults, and only the beginning of a long name', () => {
    const junk = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${'x'.repeat(1_000)}${i}`, 1]));
    const errors = errorsOf(junk);
    expect(errors).toHaveLength(100);
    expect(errors[0]!.field).toHaveLength(100);
  });

  it('refuses bytes, wherever they stand', () => {
    expect(errorsOf(Buffer.from('abc'))).toEqual([{ field: '', message: 'must not be binary' }]);
    expect(errorsOf({ metadata: { a: [new Uint8Array(3)] } })).toEqual([
      { field: 'metadata.a[0]', message: 'must not be binary' },
    ]);
  });
});

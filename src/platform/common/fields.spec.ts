import { Controller, Module, Post, Body } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { isEmail } from 'class-validator';
import fc from 'fast-check';
import { defaultLimits, setLimits, type LimitName } from '../config/limits.js';
import { documentFields, fieldsOf } from './field-registry.js';
import { isEmailAddress } from './field-rules.js';
import { Int, Json, NestedList, Text, TextList, Time, UserId } from './fields.js';
import { Problem } from './problem.js';
import { toDto } from './validation.js';

class LeafDto {
  @Text({ max: 'name_chars' })
  name: string;
}

class TreeDto extends LeafDto {
  @UserId({ optional: true })
  user_id?: string;

  @Int({ optional: true, max: 'page' })
  limit?: number;

  @Json({ optional: true, maxBytes: 'metadata_bytes' })
  metadata?: object;

  @TextList({ optional: true, max: 'tags', maxChars: 'content_chars' })
  tags?: string[];

  @NestedList(() => LeafDto, { optional: true, max: 'attachments' })
  leaves?: LeafDto[];
}

class BareDto {}
class HeirDto extends TreeDto {}

@Controller('trees')
class TreesController {
  @Post()
  create(@Body() _tree: TreeDto): void {}
}

@Module({ controllers: [TreesController] })
class TreesModule {}

const hold = (some: Partial<Record<LimitName, number>>): void => setLimits({ ...defaultLimits(), ...some });
afterEach(() => setLimits(defaultLimits()));

const faultsOf = (value: object): unknown => {
  try {
    toDto(TreeDto, value);
    return [];
  } catch (error) {
    return (error as Problem).options.errors?.map(({ field, message }) => `${field} ${message}`);
  }
};

const LOW = { name_chars: 3, user_id_chars: 4, page: 5, metadata_bytes: 6, tags: 1, content_chars: 2, attachments: 1 };
const tree = {
  name: 'four',
  user_id: 'alice',
  limit: 6,
  metadata: { a: 'b' },
  tags: ['a', 'b'],
  leaves: [{ name: 'abc' }, { name: 'abc' }],
};

describe('limits that are set after the classes were made', () => {
  it('are what validation holds to, and what it names', () => {
    expect(faultsOf(tree)).toEqual([]);
    hold(LOW);
    // A class's own fields are looked at before inherited ones.
    expect(faultsOf(tree)).toEqual([
      'user_id must have 1 to 4 characters',
      'limit must be at most 5',
      'metadata must be at most 6 bytes of JSON',
      'tags must have at most 1 items',
      'leaves must have at most 1 items',
      'name must have 1 to 3 characters',
    ]);
    expect(faultsOf({ name: 'abc', tags: ['abc'] })).toEqual(['tags each must be a string of 1 to 2 characters']);
    expect(faultsOf({ name: 'abc', user_id: 'anna', limit: 5, tags: ['ab'], leaves: [{ name: 'abc' }] })).toEqual([]);
  });

  it('stand in the next document, also where one was made before', async () => {
    const app = await NestFactory.create(TreesModule, new FastifyAdapter(), { preview: true, logger: false });
    const schemas = (): any => {
      documentFields();
      return SwaggerModule.createDocument(app, new DocumentBuilder().build()).components!.schemas;
    };
    expect(schemas().Tree.properties).toMatchObject({ name: { maxLength: 255 }, leaves: { maxItems: 20 } });
    hold(LOW);
    expect(schemas()).toMatchObject({
      Leaf: { properties: { name: { maxLength: 3 } } },
      Tree: {
        properties: {
          name: { maxLength: 3 },
          user_id: { maxLength: 4 },
          limit: { maximum: 5 },
          metadata: { 'x-max-bytes': 6 },
          tags: { maxItems: 1, items: { maxLength: 2 } },
          leaves: { maxItems: 1, items: { $ref: '#/components/schemas/Leaf' } },
        },
        required: ['name'],
      },
    });
  });
});

describe('an address of mail', () => {
  const part = fc.stringMatching(/^[aZ9._-]{0,4}$/);
  const label = fc.oneof(fc.stringMatching(/^[aZ9-]{1,4}$/), fc.constantFrom('a'.repeat(63), 'a'.repeat(64), 'xn--a'));
  const address = fc
    .tuple(fc.oneof(part, fc.constantFrom('a'.repeat(64), 'a'.repeat(65))), fc.array(label, { maxLength: 3 }))
    .map(([local, domain]) => `${local}@${domain.join('.')}`);

  it('is what class-validator takes for one', () => {
    let taken = 0;
    fc.assert(
      fc.property(address, (text) => {
        if (isEmail(text)) taken++;
        expect([text, isEmailAddress(text)]).toEqual([text, isEmail(text)]);
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(50);
    for (const none of [null, 5, {}, ['a@b.example']]) expect(isEmailAddress(none)).toBe(false);
  });
});

describe('a time', () => {
  class TimedDto {
    @Time()
    at: string;
  }
  const faultOf = (at: string): unknown => {
    try {
      toDto(TimedDto, { at });
    } catch (error) {
      return (error as Problem).options.errors![0]!.field;
    }
    return null;
  };

  it.each([
    '2026-01-31T12:00:00Z',
    '2026-01-31t12:00:00.1z',
    '2024-02-29T23:59:59.123456789+23:59',
    '2026-01-31T12:00:00-00:00',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
  ])('is %s', (text) => expect(faultOf(text)).toBeNull());

  it.each([
    '2026-W05-6T12:00:00Z',
    '2026-W05T12:00:00Z',
    '2026-031T12:00:00Z',
    '2026-01-31T12:00:00,5Z',
    '2026-01-31T12Z',
    '2026-01-31T12:00Z',
    '20260131T120000Z',
    '2026-01-31T12:00:00+02',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-01-31',
    '2026-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:00:00.Z',
    '2026-01-31T12:00:60Z',
    '2026-01-31T12:00:00+24:00',
    '+002026-01-31T12:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    'soon',
    '',
  ])('is not %j', (text) => expect(faultOf(text)).toBe('at'));
});

describe('a class with fields', () => {
  it('has those of its parent first; one without has none', () => {
    const names = ['name', 'user_id', 'limit', 'metadata', 'tags', 'leaves'];
    expect([...fieldsOf(TreeDto).keys()]).toEqual(names);
    expect([...fieldsOf(HeirDto).keys()]).toEqual(names);
    expect([...fieldsOf(LeafDto).keys()]).toEqual(['name']);
    expect(fieldsOf(BareDto).size).toBe(0);
  });

  it('ends in Dto', () => {
    const declare = (): unknown => {
      class Answer {
        @Int()
        count: number;
      }
      return Answer;
    };
    expect(declare).toThrow('Answer has fields of a request or an answer: call it AnswerDto.');
  });
});

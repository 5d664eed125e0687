import { Body, Controller, Get, Module, Param, Patch, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Int, Json, Nested, NestedList, OneOf, Text, TextList, Time, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { buildDocument } from './openapi.js';

class PartDto {
  @Text({ max: 10 })
  label: string;
}

class CreateThingDto {
  @Text({ max: 20, example: 'Shelf' })
  name: string;

  @Nested(() => PartDto, { optional: true, nullable: true })
  part?: PartDto | null;

  @NestedList(() => PartDto, { optional: true, max: 3, description: 'Its parts.' })
  parts?: PartDto[];

  @TextList({ optional: true, max: 3, maxChars: 5, values: ['a', 'b'] })
  letters?: string[];

  @Json({ optional: true, maxBytes: 100 })
  metadata?: object;
}

class ThingDto {
  @Uuid()
  id: string;

  @OneOf(['low', 'high'], { nullable: true })
  level: string | null;

  @Int({ nullable: true })
  size: number | null;

  @Nested(() => PartDto, { nullable: true })
  part: PartDto | null;

  @Time({ nullable: true })
  gone_at: string | null;
}

@Controller('things')
class BigThingsController {
  @Post(['', 'make'])
  @Route({
    summary: 'Make',
    access: 'master',
    status: 201,
    answer: ThingDto,
    idempotent: true,
    actsForUser: true,
    limited: 'messages',
  })
  create(@Body() _body: CreateThingDto): ThingDto {
    return new ThingDto();
  }

  @Get()
  @Route({ summary: 'List', access: 'read_messages', page: ThingDto })
  list(@Query() _query: PageQueryDto): void {}

  @Patch(':id')
  @Route({ summary: 'Change', access: 'admin', answer: ThingDto, errors: ['not_found', 'conflict'] })
  update(@Param('id') _id: string, @Body() _body: CreateThingDto): void {}
}

const SHELVES = tag('Shelves', 'Where things stand.');

// Its own name would make another chapter.
@Tag(SHELVES)
@Controller('shelves')
class RowsController {
  @Get(':id/:row')
  @Route({ summary: 'Read', access: 'master', answer: ThingDto, params: { row: 'Counted from below.' } })
  get(@Param('id') _id: string, @Param('row') _row: string): void {}
}

@Module({ controllers: [BigThingsController, RowsController] })
class ThingsModule {}

describe('the OpenAPI document', () => {
  let app: NestFastifyApplication;
  let document: any;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(ThingsModule, new FastifyAdapter(), { logger: false });
    app.setGlobalPrefix('api/v1');
    await app.init();
    document = JSON.parse(JSON.stringify(buildDocument(app, '1.2.3') satisfies OpenAPIObject));
  });

  afterAll(() => app.close());

  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
  });

  it('says null in the way of JSON Schema', () => {
    const { level, size, part, gone_at } = document.components.schemas.Thing.properties;
    expect(level).toMatchObject({ type: ['string', 'null'], enum: ['low', 'high', null] });
    expect(size.type).toEqual(['integer', 'null']);
    expect(part).toMatchObject({ anyOf: [{ $ref: '#/components/schemas/Part' }, { type: 'null' }] });
    expect(gone_at).toMatchObject({ type: ['string', 'null'], format: 'date-time' });
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  it('has one stable id per operation; further paths of a handler are deprecated aliases', () => {
    const { '/api/v1/things': canonical, '/api/v1/things/make': alias } = document.paths;
    expect(canonical.post).toMatchObject({ operationId: 'bigThings_create', tags: ['Big things'] });
    expect(canonical.post.deprecated).toBeFalsy();
    expect(alias.post).toMatchObject({ operationId: 'bigThings_create_alias', deprecated: true });
  });

  it('describes the tags that controllers declare, and path parameters by their route or else by their name', () => {
    expect(document.tags).toContainEqual({ name: 'Shelves', description: 'Where things stand.' });
    expect(() => tag('Shelves', 'Others.')).toThrow('two tags');
    const { tags, parameters } = document.paths['/api/v1/shelves/{id}/{row}'].get;
    expect(tags).toEqual(['Shelves']);
    expect(parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, description: 'Id of the resource (UUID).' },
      { name: 'row', in: 'path', required: true, description: 'Counted from below.', schema: { type: 'string' } },
    ]);
  });

  it('says everywhere that what is no request is refused, by its shape or by its size', () => {
    const operations = Object.values<any>(document.paths).flatMap((path) => Object.values<any>(path));
    for (const { responses } of operations) {
      const examples = ['400', '431'].map(
        (status) => responses[status].content['application/problem+json'].examples.bad_request.value.status,
      );
      expect(examples).toEqual([400, 431]);
    }
  });

  it('shows every answer: examples, headers and the problems that a declaration implies', () => {
    const { responses, parameters, requestBody, security, description } = document.paths['/api/v1/things'].post;
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '409', '413', '415', '422', '429', '503']),
    );
    expect(responses['403'].content['application/problem+json'].examples).toHaveProperty('user_mismatch');
    expect(Object.keys(responses['201'].headers)).toEqual([
      'X-Request-Id',
      'Idempotency-Replayed',
      'RateLimit',
      'RateLimit-Policy',
    ]);
    expect(Object.keys(responses['429'].headers)).toContain('Retry-After');
    expect(responses['201'].content['application/json'].example).toMatchObject({
      level: 'low',
      part: { label: 'text' },
    });
    expect(requestBody.content['application/json'].example).toEqual({ name: 'Shelf' });
    expect(parameters).toContainEqual({ $ref: '#/components/parameters/Idempotency-Key' });
    expect(security).toEqual(expect.arrayContaining([{ bearer: [] }, { api_key: [] }]));
    expect(description).toContain('Master key');
    expect(document.paths['/api/v1/things/{id}'].patch.description).toContain('Admin key');
  });
});

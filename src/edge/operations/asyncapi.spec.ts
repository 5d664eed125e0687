import { createRequire } from 'node:module';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv } from 'ajv';
import { Nested, Text, Uuid } from '../../platform/common/fields.js';
import { buildAsyncDocument, type DownEvent } from './asyncapi.js';
import type { SocketEventDescriptor } from '../../tenancy/access/socket-event.js';

class PartDto {
  @Text({ max: 10 })
  label: string;
}

class AskThingDto {
  @Uuid()
  id: string;

  @Nested(() => PartDto, { optional: true, nullable: true })
  part?: PartDto | null;
}

class ThingDto {
  @Uuid()
  id: string;
}

const up: SocketEventDescriptor[] = [
  { name: 'thing.get', description: 'One.', access: 'key', dto: AskThingDto, answer: ThingDto, errors: ['not_found'] },
  { name: 'thing.list', description: 'All.', access: 'read_messages', dto: AskThingDto, page: ThingDto },
  {
    name: 'thing.make',
    description: 'A new one.',
    access: 'key',
    dto: AskThingDto,
    answer: ThingDto,
    limited: 'messages',
  },
];

const down: DownEvent[] = [
  {
    type: 'thing.made',
    description: 'One was made.',
    body: ThingDto,
    streams: ['room', 'user'],
    audience: 'readers',
    durable: true,
  },
  { type: 'session.thing', description: 'One.', body: PartDto, streams: [], audience: 'everybody', durable: false },
];

@Module({})
class EmptyModule {}

describe('the AsyncAPI document', () => {
  let app: NestFastifyApplication;
  let document: any;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter(), { logger: false });
    await app.init();
    document = JSON.parse(JSON.stringify(buildAsyncDocument(app, '1.2.3', { up, down })));
  });

  afterAll(() => app.close());

  it('is valid AsyncAPI 3.0', () => {
    const schema = createRequire(__filename)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const valid = ajv.validate(schema, document);
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('refers to nothing that it does not have', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
    const missing = refs.filter((path) => path.split('/').reduce((at, key) => at?.[key], document) === undefined);
    expect(refs.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('has each event up with its ack, its access and its problems', () => {
    const { operations, components } = document;
    expect(operations['thing.get']).toMatchObject({
      action: 'receive',
      messages: [{ $ref: '#/channels/connection/messages/thing.get' }],
      reply: { messages: [{ $ref: '#/channels/connection/messages/thing.get.ack' }] },
      'x-access': 'key',
      'x-errors': ['bad_request', 'forbidden', 'not_found', 'validation_failed', 'overloaded', 'unavailable'],
    });
    expect(operations['thing.list'].description).toContain('`read_messages`');
    expect(operations['thing.make']).toMatchObject({ 'x-rate-limited': 'messages' });
    expect(operations['thing.make']['x-errors']).toContain('rate_limited');
    const [answered, refused] = components.messages['thing.get.ack'].payload.oneOf;
    expect(answered.properties).toEqual({ ok: { const: true }, data: { $ref: '#/components/schemas/Thing' } });
    expect(refused.properties.error.allOf[0]).toEqual({ $ref: '#/components/schemas/Problem' });
    expect(components.messages['thing.list.ack'].payload.oneOf[0].properties.data.properties).toMatchObject({
      data: { items: { $ref: '#/components/schemas/Thing' } },
    });
  });

  it('has each event down on the channels of its streams, in the envelope; those of the connection bare', () => {
    const { channels, components, operations } = document;
    expect(Object.keys(channels.room.messages)).toEqual(['thing.made']);
    expect(Object.keys(channels.user.messages)).toEqual(['thing.made']);
    expect(Object.keys(channels.client.messages)).toEqual([]);
    expect(Object.keys(channels.connection.messages)).toContain('session.thing');
    expect(components.messages['thing.made'].payload.allOf).toEqual([
      { $ref: '#/components/schemas/Envelope' },
      { type: 'object', properties: { type: { const: 'thing.made' }, data: { $ref: '#/components/schemas/Thing' } } },
    ]);
    expect(components.messages['session.thing'].payload).toEqual({ $ref: '#/components/schemas/Part' });
    expect(operations['thing.made']).toMatchObject({ action: 'send', 'x-audience': 'readers', 'x-durable': true });
  });

  it('says null in the way of JSON Schema', () => {
    expect(document.components.schemas.AskThing.properties.part).toMatchObject({
      anyOf: [{ $ref: '#/components/schemas/Part' }, { type: 'null' }],
    });
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });
});

import type { INestApplication, Type } from '@nestjs/common';
import type { SocketEventDescriptor } from '../../tenancy/access/socket-event.js';
import { PageInfoDto } from '../../platform/common/pagination.js';
import { PROBLEMS, type ProblemCode } from '../../platform/common/problem.js';
import { EnvelopeDto } from '../../platform/realtime/envelope.dto.js';
import type { StreamType } from '../../platform/realtime/envelope.js';
import type { Audience } from '../../platform/realtime/event.js';
import { KEY_OF } from './openapi.operations.js';
import { PROBLEM_SCHEMAS } from './openapi.js';
import { refTo, schemasOfClasses } from './class.schemas.js';
import { CHANNELS, SOCKETS_INTRODUCTION } from './asyncapi.text.js';

/** What the document says of an event that clients receive. */
export interface DownEvent {
  /** Such as `message.created`. */
  type: string;
  description: string;
  body: Type;
  /** Whose stream it goes on; none: it belongs to one connection, and comes bare. */
  streams: readonly StreamType[];
  /** Everybody who hears the stream, or those only whose key has `read_messages`. */
  audience: Audience;
  /** It has a `rev`, and is recovered by `sync.resume`. */
  durable: boolean;
}

type Named = Record<string, object>;

/**
 * The AsyncAPI 3.0 document of everything that goes over sockets, from `@SocketEvent` and the descriptors of events.
 * Call it on an initialised app. ChatAPI is the application that it describes: it receives what clients send.
 */
export function buildAsyncDocument(
  app: INestApplication,
  version: string,
  { up, down }: { up: SocketEventDescriptor[]; down: DownEvent[] },
): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'ChatAPI sockets',
      version,
      description: SOCKETS_INTRODUCTION,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: {
      sockets: {
        host: '{host}',
        pathname: '/sockets',
        protocol: 'socket.io',
        protocolVersion: '5',
        description: 'Socket.IO 4, WebSocket first, polling where that is not allowed.',
        variables: { host: { default: 'localhost:8000', description: 'Where this ChatAPI listens.' } },
        security: [{ $ref: '#/components/securitySchemes/handshake' }],
      },
      websocket: {
        host: '{host}',
        pathname: '/api/v1/websocket/open',
        protocol: 'ws',
        protocolVersion: '13',
        description: 'A plain WebSocket of JSON text frames; no key in the URL.',
        variables: { host: { default: 'localhost:8000', description: 'Where this ChatAPI listens.' } },
        security: [{ $ref: '#/components/securitySchemes/firstFrame' }],
      },
    },
    channels: channelsOf(up, down),
    operations: { ...byName(up, operationOf), ...byType(down, announcementOf) },
    components: {
      securitySchemes: {
        handshake: {
          type: 'userPassword',
          description: 'The handshake: `auth: { api_key }`; with a master key also `user_id` and `display_name`.',
        },
        firstFrame: {
          type: 'userPassword',
          description: 'The first frame: `{ type: "auth", id, data }`, with the same in `data` as in the handshake.',
        },
      },
      messages: { ...byName(up, requestOf), ...byName(up, ackOf, (name) => `${name}.ack`), ...byType(down, messageOf) },
      schemas: {
        ...schemasOfClasses(app, [
          EnvelopeDto,
          PageInfoDto,
          ...up.flatMap(({ dto, answer, list, page }) => [dto, answer ?? list ?? page!]),
          ...down.map(({ body }) => body),
        ]),
        ...PROBLEM_SCHEMAS,
      },
    },
  };
}

const byName = (
  up: SocketEventDescriptor[],
  of: (event: SocketEventDescriptor) => object,
  key = (name: string) => name,
) => Object.fromEntries(up.map((event) => [key(event.name), of(event)]));

const byType = (down: DownEvent[], of: (event: DownEvent) => object): Named =>
  Object.fromEntries(down.map((event) => [event.type, of(event)]));

/** One for what goes to and from a single connection, one for each kind of stream. */
function channelsOf(up: SocketEventDescriptor[], down: DownEvent[]): Named {
  const carried: Record<string, string[]> = {
    connection: [...up.flatMap(({ name }) => [name, `${name}.ack`]), ...typesOn(down, null)],
    room: typesOn(down, 'room'),
    user: typesOn(down, 'user'),
    client: typesOn(down, 'client'),
  };
  return Object.fromEntries(
    Object.entries(CHANNELS).map(([channel, { address, description }]) => [
      channel,
      {
        address,
        description,
        servers: [{ $ref: '#/servers/sockets' }, { $ref: '#/servers/websocket' }],
        ...(address?.includes('{') && { parameters: { id: { description: 'Whose stream it is.' } } }),
        messages: Object.fromEntries(carried[channel]!.map((id) => [id, { $ref: `#/components/messages/${id}` }])),
      },
    ]),
  );
}

const typesOn = (down: DownEvent[], stream: StreamType | null): string[] =>
  down.filter(({ streams }) => (stream ? streams.includes(stream) : streams.length === 0)).map(({ type }) => type);

const onChannel = (channel: string, message: string): object => ({ $ref: `#/channels/${channel}/messages/${message}` });

function operationOf(event: SocketEventDescriptor): object {
  const { name, access, limited, description } = event;
  const connection = { $ref: '#/channels/connection' };
  return {
    action: 'receive',
    channel: connection,
    summary: name,
    description: `${KEY_OF[access] ?? `**Master key, or a scoped key with \`${access}\`.**`} ${description}`,
    messages: [onChannel('connection', name)],
    reply: { channel: connection, messages: [onChannel('connection', `${name}.ack`)] },
    'x-access': access,
    'x-errors': errorsOf(event),
    ...(limited && { 'x-rate-limited': limited }),
  };
}

function announcementOf({ type, streams, audience, durable, description }: DownEvent): object {
  const [channel = 'connection'] = streams;
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channel}` },
    summary: type,
    description,
    messages: [onChannel(channel, type)],
    'x-streams': streams,
    'x-audience': audience,
    'x-durable': durable,
  };
}

const requestOf = ({ name, dto, description }: SocketEventDescriptor): object => ({
  name,
  title: name,
  summary: description,
  payload: refTo(dto),
});

/** The acknowledgement: the answer, or the problem in its place. */
const ackOf = (event: SocketEventDescriptor): object => ({
  name: `${event.name}.ack`,
  title: `Acknowledgement of ${event.name}`,
  payload: {
    oneOf: [
      {
        type: 'object',
        required: ['ok', 'data'],
        properties: { ok: { const: true }, data: answerOf(event) },
      },
      {
        type: 'object',
        required: ['ok', 'error'],
        properties: {
          ok: { const: false },
          error: {
            allOf: [
              { $ref: '#/components/schemas/Problem' },
              { type: 'object', properties: { code: { enum: errorsOf(event) } } },
            ],
          },
        },
      },
    ],
  },
});

function answerOf({ answer, list, page }: SocketEventDescriptor): object {
  if (answer) return refTo(answer);
  if (list) return { type: 'array', items: refTo(list) };
  return {
    type: 'object',
    required: ['data', 'page'],
    properties: { data: { type: 'array', items: refTo(page!) }, page: refTo(PageInfoDto) },
  };
}

const messageOf = ({ type, description, body, streams }: DownEvent): object => ({
  name: type,
  title: type,
  summary: description,
  payload:
    streams.length === 0
      ? refTo(body)
      : { allOf: [refTo(EnvelopeDto), { type: 'object', properties: { type: { const: type }, data: refTo(body) } }] },
});

/** Codes that any event can be answered with. */
const OF_EVENTS: ProblemCode[] = ['bad_request', 'validation_failed', 'forbidden', 'overloaded', 'unavailable'];

/** In the order of the table of all codes. */
function errorsOf({ errors = [], limited }: SocketEventDescriptor): ProblemCode[] {
  const codes = new Set([...OF_EVENTS, ...errors, ...(limited ? (['rate_limited'] as const) : [])]);
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
}

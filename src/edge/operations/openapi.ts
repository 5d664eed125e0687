import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { documentFields } from '../../platform/common/field-registry.js';
import { PROBLEMS } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { findTag } from '../../tenancy/access/route.js';
import { finishOperations } from './openapi.operations.js';
import { schemasOf, toJsonSchema } from './openapi.schemas.js';
import { introduction } from './openapi.text.js';

/**
 * The OpenAPI 3.1 document of every route, from `@Route` and the field decorators. Call it on an initialised app.
 * Operation ids are `<controller>_<method>` and stable; of a handler with several paths the first is the canonical one,
 * the others are its aliases.
 */
export function buildDocument(app: INestApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('ChatAPI')
    .setDescription(introduction())
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This server')
    .addSecurity('bearer', { type: 'http', scheme: 'bearer', description: 'An admin, master or scoped key.' })
    .addSecurity('api_key', { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same keys.' })
    .build();
  documentFields();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${camelCase(controller.replace(/Controller$/, ''))}_${method}`,
  });
  const components = (document.components ??= {});
  components.headers = HEADERS;
  components.parameters = parameters();
  const schemas = schemasOf(document);
  for (const schema of Object.values(schemas)) toJsonSchema(schema);
  Object.assign(schemas, PROBLEM_SCHEMAS);
  const used = finishOperations(document);
  document.tags = [...used].map((name) => ({ name, description: findTag(name)?.description }));
  return document;
}

const camelCase = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

type Components = NonNullable<OpenAPIObject['components']>;

const HEADERS: Components['headers'] = {
  'X-Request-Id': {
    description: "Finds the request in the logs; the caller's own when it sent a plain one.",
    schema: { type: 'string', maxLength: 128 },
  },
  'Idempotency-Replayed': {
    description: '`true` when this is the stored answer of the first request with this Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': { description: 'Seconds to wait before trying again.', schema: { type: 'integer', minimum: 0 } },
  RateLimit: {
    description: 'What is left of the quota and when it is renewed (IETF draft-ietf-httpapi-ratelimit-headers-11).',
    schema: { type: 'string' },
    example: '"messages";r=599;t=60',
  },
  'RateLimit-Policy': {
    description: 'The quota and its window in seconds (the same draft).',
    schema: { type: 'string' },
    example: '"messages";q=600;w=60',
  },
};

const parameters = (): Components['parameters'] => ({
  'X-User-Id': {
    name: 'X-User-Id',
    in: 'header',
    required: false,
    description:
      "With a master key: the user to act for, made when unknown. With a scoped key only that key's own user; another is 403 `user_mismatch`.",
    schema: { type: 'string', minLength: 1, maxLength: limits.user_id_chars },
  },
  'X-Client-Id': {
    name: 'X-Client-Id',
    in: 'header',
    required: false,
    description:
      "With the admin key: the client to look at. A client's own keys are of their client, whatever it says. No message can be read so.",
    schema: { type: 'string', format: 'uuid' },
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Kept 24 h, scoped to client, user, method and path: the same key and body replays the first answer.',
    schema: { type: 'string', minLength: 1, maxLength: limits.idempotency_key_chars },
  },
});

/** The schemas of what every error looks like. */
export const PROBLEM_SCHEMAS = {
  FieldError: {
    type: 'object',
    required: ['field', 'message'],
    properties: {
      field: { type: 'string', description: 'A path such as `members[2].role`.', example: 'name' },
      message: { type: 'string', example: 'must be a string' },
    },
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457 problem document.',
    required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id', 'retryable', 'errors'],
    properties: {
      type: { type: 'string', format: 'uri', example: 'urn:chatapi:problem:validation_failed' },
      title: { type: 'string', description: 'The same for every problem of this code.' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What is wrong this time and what to do about it.' },
      instance: { type: 'string', description: 'The path that was called.' },
      code: { type: 'string', description: 'Stable; branch on it.', enum: Object.keys(PROBLEMS) },
      request_id: { type: 'string' },
      retryable: { type: 'boolean', description: 'May the same request succeed later without a change?' },
      violated_policies: {
        type: 'array',
        items: { type: 'string' },
        description: 'Of 429: the policies of `RateLimit-Policy` whose quota is used up.',
      },
      retry_after_s: { type: 'integer', description: 'Where it is known: when to try again, as in `Retry-After`.' },
      errors: { type: 'array', items: { $ref: '#/components/schemas/FieldError' } },
    },
  },
};

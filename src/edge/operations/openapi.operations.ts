import type { OpenAPIObject } from '@nestjs/swagger';
import type { LimitKind } from '../../tenancy/access/limit-kind.js';
import type { Access } from '../../tenancy/access/permissions.js';
import type { ProblemCode } from '../../platform/common/problem.js';
import { problemResponse } from '../../tenancy/access/route.js';
import { limits } from '../../platform/config/limits.js';
import { exampleOf, schemasOf, toJsonSchema, type Schema, type Schemas } from './openapi.schemas.js';

interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema?: Schema;
}

type Content = Record<string, { schema?: Schema; example?: unknown; examples?: Record<string, unknown> }>;

interface Response {
  description: string;
  headers?: Record<string, unknown>;
  content?: Content;
}

interface Operation {
  operationId: string;
  tags?: string[];
  description?: string;
  deprecated?: boolean;
  security?: unknown[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Content };
  responses: Record<string, Response>;
  'x-access'?: Access;
  'x-operated'?: boolean;
  'x-rate-limited'?: LimitKind;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'options', 'head', 'trace'];

/** Codes that any body can cause. */
const OF_BODIES: ProblemCode[] = ['malformed_json', 'too_large', 'unsupported_media_type', 'validation_failed'];

/** What names mean wherever routes say nothing of their own. */
const PATH_PARAMETERS: Record<string, string> = {
  id: 'Id of the resource (UUID).',
  room_id: 'Id of the room (UUID).',
  user_id: "The client's own id of the user, percent-encoded.",
  name: 'Name of the resource within the client.',
};

/** Completes every operation in place. @returns the tags in use, in the order of the paths */
export function finishOperations(document: OpenAPIObject): Set<string> {
  const schemas = schemasOf(document);
  const ids = new Map<string, number>();
  const tags = new Set<string>();
  for (const path of Object.values(document.paths)) {
    for (const [method, found] of Object.entries(path)) {
      if (!METHODS.includes(method)) continue;
      const operation = found as unknown as Operation;
      operation.tags = operation.tags?.map(inWords);
      operation.tags?.forEach((tag) => tags.add(tag));
      identify(operation, ids);
      describeAccess(operation);
      describeParameters(operation);
      describeBody(operation, schemas);
      describeReading(operation);
      describeResponses(operation, schemas);
    }
  }
  return tags;
}

/** `EmailProviders` → `Email providers` */
const inWords = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function identify(operation: Operation, ids: Map<string, number>): void {
  // @nestjs/swagger numbers the paths of one handler.
  operation.operationId = operation.operationId.replace(/\[\d+\]$/, '');
  const seen = ids.get(operation.operationId) ?? 0;
  ids.set(operation.operationId, seen + 1);
  if (seen === 0) return;
  operation.operationId += seen === 1 ? '_alias' : `_alias${seen}`;
  operation.deprecated = true;
}

/** Which key an operation takes, by its access. */
export const KEY_OF: Record<string, string> = {
  public: 'No key needed.',
  admin: '**Admin key.**',
  master: '**Master key.**',
  key: '**Master or scoped key.**',
};

function describeAccess(operation: Operation): void {
  const access = operation['x-access'] ?? 'public';
  const key = KEY_OF[access] ?? `**Master key, or a scoped key with \`${access}\`.**`;
  const operated = operation['x-operated'] && 'Also the admin key, with `X-Client-Id`.';
  operation.description = [key, operated, operation.description].filter(Boolean).join(' ');
}

/** In one order, whatever compiler emitted them: path, query, headers, each as declared. */
const PLACES = ['path', 'query', 'header'];

function describeParameters(operation: Operation): void {
  const placeOf = (parameter: Parameter | { $ref: string }) => ('in' in parameter ? PLACES.indexOf(parameter.in) : 9);
  const sorted = operation.parameters?.toSorted((a, b) => placeOf(a) - placeOf(b));
  operation.parameters = sorted?.map((parameter) => {
    if ('$ref' in parameter) return parameter;
    if (parameter.in === 'header') return { $ref: `#/components/parameters/${parameter.name}` };
    if (parameter.schema) toJsonSchema(parameter.schema);
    if (parameter.in === 'path') {
      parameter.description ??= PATH_PARAMETERS[parameter.name];
      // A path is text, whatever TypeScript tells of the parameter's type.
      parameter.schema = { maxLength: limits.path_param_chars, ...parameter.schema, type: 'string' };
    }
    return parameter;
  });
}

function describeBody(operation: Operation, schemas: Schemas): void {
  if (operation.parameters?.some((parameter) => !('$ref' in parameter))) addProblem(operation, 'validation_failed');
  if (!operation.requestBody) return;
  giveExamples(operation.requestBody.content, schemas, false);
  for (const code of OF_BODIES) addProblem(operation, code);
}

/** What can't be read as a request for any route is refused before it comes to one. */
function describeReading(operation: Operation): void {
  addProblem(operation, 'bad_request');
  addProblem(operation, 'bad_request', 431);
}

function addProblem({ responses }: Operation, code: ProblemCode, as?: number): void {
  const { status, ...more } = problemResponse([code], as);
  const present = responses[status];
  const [of, from] = [present?.content, more.content as Content].map(
    (content) => content?.['application/problem+json'],
  );
  if (!present || !of) responses[status] = more as Response;
  else if (!of.examples?.[code]) {
    present.description += ` ${more.description}`;
    of.examples = { ...of.examples, ...from?.examples };
  }
}

const header = (name: string): object => ({ [name]: { $ref: `#/components/headers/${name}` } });

function describeResponses(operation: Operation, schemas: Schemas): void {
  const isIdempotent = operation.parameters?.some(
    (parameter) => '$ref' in parameter && parameter.$ref.endsWith('/Idempotency-Key'),
  );
  for (const [status, response] of Object.entries(operation.responses)) {
    const succeeds = status.startsWith('2');
    response.headers = {
      ...response.headers,
      ...header('X-Request-Id'),
      ...(succeeds && isIdempotent ? header('Idempotency-Replayed') : {}),
      ...(status === '429' || (succeeds && operation['x-rate-limited'])
        ? { ...header('RateLimit'), ...header('RateLimit-Policy') }
        : {}),
      ...(status === '429' || status === '503' ? header('Retry-After') : {}),
    };
    if (succeeds && response.content) giveExamples(response.content, schemas, true);
  }
}

function giveExamples(content: Content, schemas: Schemas, whole: boolean): void {
  for (const body of Object.values(content)) {
    if (!body.schema) continue;
    toJsonSchema(body.schema);
    if (body.example === undefined && !body.examples) body.example = exampleOf(body.schema, schemas, whole);
  }
}

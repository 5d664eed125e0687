import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiConsumes,
  ApiExtension,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiSecurity,
  ApiTags,
  getSchemaPath,
  type ApiResponseOptions,
} from '@nestjs/swagger';
import type { LimitKind } from './limit-kind.js';
import type { Access } from './permissions.js';
import { PageInfoDto } from '../../platform/common/pagination.js';
import { PROBLEMS, type ProblemCode } from '../../platform/common/problem.js';
import type { LimitName } from '../../platform/config/limits.js';

export const ROUTE = Symbol('route');

export interface RouteOptions {
  /** One line in the API reference. */
  summary: string;
  /** Its operationId; `<controller>_<method>` unless said otherwise. */
  operation?: string;
  description?: string;
  /** Kept for callers of ChatAPI's first version, which another route serves better. */
  deprecated?: boolean;
  /** Who may call it; the guard decides by this and nothing else. */
  access: Access;
  /** Success status; 200 unless said otherwise. */
  status?: 200 | 201 | 202 | 204;
  /** The DTO that comes back, where it is one; `list` or `page` where it is many. */
  answer?: Type;
  /** The DTO of each item, where a bare list of them comes back. */
  list?: Type;
  /** The DTO of each item, where a page of them comes back. */
  page?: Type;
  /** Further success statuses, by status. */
  also?: Partial<Record<200 | 202, string>>;
  /** Codes beyond those that every route can answer. */
  errors?: ProblemCode[];
  /** Counts against this limit of its user; its answers carry RateLimit headers. */
  limited?: LimitKind;
  /** Judges bans itself, as it writes: what a banned user sent before is still answered with its original. */
  judgesBans?: boolean;
  /** It changes the administration of a client: `<kind>.<what is done>`, the action of its line in the audit log. */
  audit?: string;
  /** What its path parameters are, where the name alone doesn't tell. */
  params?: Record<string, string>;
  /** Takes X-User-Id with a master key. */
  actsForUser?: boolean;
  /** Takes the admin key as well, for the client that X-Client-Id names: of what it answers no message may be read. */
  operated?: boolean;
  /** Takes Idempotency-Key (writing POSTs). */
  idempotent?: boolean;
  /** A body larger than the general limit is accepted, up to this one. */
  bodyBytes?: LimitName;
  /** Its body is a list of `@Items`, each of which is answered on its own, whatever is wrong with it. */
  itemwise?: boolean;
  /** Takes any content type, unparsed: the handler gets the exact bytes by `@RawBody()`, and there is no `@Body()`. */
  rawBody?: boolean;
  /** With `rawBody`: a body for the document. */
  rawExample?: string;
  /** Its path opens something by itself: logs name the route instead. */
  secretPath?: boolean;
}

/** A chapter of the API reference. */
export interface TagDescriptor {
  name: string;
  description: string;
}

const tags = new Map<string, TagDescriptor>();

/**
 * Declares a chapter, for the {@link Tag} of the feature's controllers.
 * @param description one line
 * @throws Error for a second one of this name
 */
export function tag(name: string, description: string): TagDescriptor {
  if (tags.has(name)) throw new Error(`There are two tags ${name}.`);
  const declared = { name, description };
  tags.set(name, declared);
  return declared;
}

/** @returns undefined for what is no tag's name */
export const findTag = (name: string): TagDescriptor | undefined => tags.get(name);

/** The chapter that a controller's routes are in. */
export const Tag = ({ name }: TagDescriptor): ClassDecorator => ApiTags(name);

/**
 * Declares a route whole: access (read by the key guard), status, and its page of the OpenAPI document.
 * A handler without it is refused by the guard.
 */
export function Route(options: RouteOptions): MethodDecorator {
  const { status = 200, answer, list, page, access } = options;
  const decorators = [
    SetMetadata(ROUTE, options),
    HttpCode(status),
    ApiOperation({
      ...(options.operation !== undefined && { operationId: options.operation }),
      summary: options.summary,
      description: options.description,
      deprecated: options.deprecated,
    }),
    ApiResponse({ status, description: 'Success.', ...answerSchema(answer, list, page) } as ApiResponseOptions),
    ...Object.entries(options.also ?? {}).map(([code, description]) =>
      ApiResponse({ status: Number(code), description, type: answer }),
    ),
    ...problemResponses(options).map((response) => ApiResponse(response as ApiResponseOptions)),
    ApiExtension('x-access', access),
  ];
  if (options.audit) decorators.push(ApiExtension('x-audit', options.audit));
  if (options.limited) decorators.push(ApiExtension('x-rate-limited', options.limited));
  if (page) decorators.push(ApiExtraModels(PageInfoDto, page) as MethodDecorator);
  if (list) decorators.push(ApiExtraModels(list) as MethodDecorator);
  if (access !== 'public')
    decorators.push(ApiSecurity('bearer') as MethodDecorator, ApiSecurity('api_key') as MethodDecorator);
  const { bodyBytes, itemwise, rawBody, secretPath } = options;
  const { operated } = options;
  decorators.push(RouteConfig({ access, operated, bodyBytes, itemwise, rawBody, secretPath }) as MethodDecorator);
  if (rawBody) {
    decorators.push(
      ApiConsumes('*/*'),
      ApiBody({ schema: { type: 'string', format: 'binary', example: options.rawExample } }) as MethodDecorator,
    );
  }
  for (const [name, description] of Object.entries(options.params ?? {})) {
    decorators.push(ApiParam({ name, description }));
  }
  if (options.actsForUser) {
    decorators.push(ApiHeader({ name: 'X-User-Id', required: false }));
  }
  if (operated) {
    decorators.push(ApiHeader({ name: 'X-Client-Id', required: false }), ApiExtension('x-operated', true));
  }
  if (options.idempotent) {
    decorators.push(ApiHeader({ name: 'Idempotency-Key', required: false }));
  }
  return applyDecorators(...(decorators as MethodDecorator[]));
}

function answerSchema(answer?: Type, list?: Type, page?: Type): Partial<ApiResponseOptions> {
  if (answer) return { type: answer };
  if (list) return { schema: { type: 'array', items: { $ref: getSchemaPath(list) } } };
  if (!page) return {};
  return {
    schema: {
      type: 'object',
      required: ['data', 'page'],
      properties: {
        data: { type: 'array', items: { $ref: getSchemaPath(page) } },
        page: { $ref: getSchemaPath(PageInfoDto) },
      },
    },
  };
}

/** Codes by status: those of the route and those that its declaration implies. */
function problemResponses(options: RouteOptions): ProblemResponse[] {
  const codes = new Set<ProblemCode>(options.errors ?? []);
  if (options.access !== 'public') {
    for (const code of OF_KEYS) codes.add(code);
    if (options.access !== 'admin') for (const code of OF_CLIENT_KEYS) codes.add(code);
  }
  codes.add('unavailable');
  if (options.bodyBytes) codes.add('overloaded');
  if (options.actsForUser) codes.add('user_mismatch');
  if (options.idempotent) {
    for (const code of ['idempotency_in_flight', 'idempotency_mismatch'] as const) codes.add(code);
  }
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const status = PROBLEMS[code].status;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus.values()].map((codes) => problemResponse(codes));
}

const OF_KEYS: ProblemCode[] = ['unauthenticated', 'invalid_key', 'forbidden', 'server_key_in_browser', 'rate_limited'];
const OF_CLIENT_KEYS: ProblemCode[] = ['client_suspended', 'origin_not_allowed'];

interface ProblemResponse {
  status: number;
  description: string;
  content: object;
}

/** How the document shows a response with one of these codes, which share one status. */
export function problemResponse(codes: ProblemCode[], status: number = PROBLEMS[codes[0]!].status): ProblemResponse {
  return {
    status,
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleProblem(code, status) }])),
      },
    },
  };
}

const exampleProblem = (code: ProblemCode, status: number): object => ({
  type: `urn:chatapi:problem:${code}`,
  title: PROBLEMS[code].title,
  status,
  detail: `${PROBLEMS[code].title}.`,
  instance: '/api/v1/…',
  code,
  request_id: '0199c2d4-7e1a-7000-8000-000000000000',
  retryable: 'retryable' in PROBLEMS[code],
  errors: code === 'validation_failed' ? [{ field: 'name', message: 'must be a string' }] : [],
});

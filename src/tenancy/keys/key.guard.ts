import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isForWriting, type Access } from '../access/permissions.js';
import { Problem } from '../../platform/common/problem.js';
import { ROUTE, type RouteOptions } from '../access/route.js';
import { CallerFactory } from './caller.factory.js';
import { managesClient, refuseBanned, type Caller } from '../access/caller.js';
import { Request, type Admitted, type Audited } from '../access/request.js';
import { FailedKeyLimit } from './failed-key-limit.js';
import { RateLimits } from '../clients/rate-limits.js';
import { Idempotency } from '../idempotency/idempotency.js';
import type { RawBodyRequest } from '../../platform/common/raw-body.js';
import type { KeyIdentity } from './key-identity.js';
import { KeysService } from './keys.service.js';
import { OriginPolicy, ownOriginsOf } from './origin-policy.js';
import { readApiKey, readUserId } from './request-headers.js';

/**
 * Stands before every route and decides by its `@Route` alone: key, origin, kind and permission, user, and the
 * Idempotency-Key, the limit, in this order. A route that declares nothing is refused. With a key that was seen before, and
 * neither a new user nor an Idempotency-Key, it makes no promise. What the headers alone decide, {@link askForKeysFirst}
 * asks before the body is read as well.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    private readonly keys: KeysService,
    private readonly callers: CallerFactory,
    private readonly origins: OriginPolicy,
    private readonly failedKeys: FailedKeyLimit,
    private readonly idempotency: Idempotency,
    private readonly limits: RateLimits,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const route = Reflect.getMetadata(ROUTE, context.getHandler()) as RouteOptions | undefined;
    if (!route) throw new Problem('forbidden', 'This route is not open to anybody.');
    if (route.access === 'public') return true;
    const request = context.switchToHttp().getRequest<Admitted>();
    const found = this.examine(route, request);
    return found instanceof Promise
      ? found.then((identity) => this.admit(identity, route, request))
      : this.admit(found, route, request);
  }

  /**
   * What the headers decide: key, origin, kind and permission.
   * @throws Problem, or rejects with it, that refuses the request
   */
  examine(route: Opened, request: FastifyRequest): KeyIdentity | Promise<KeyIdentity> {
    const apiKey = readApiKey(request.headers);
    const known = this.keys.recall(apiKey);
    if (known) return this.open(known, route, request);
    return this.authenticate(apiKey, request.ip).then((identity) => this.open(identity, route, request));
  }

  private async authenticate(apiKey: string, address: string): Promise<KeyIdentity> {
    try {
      return await this.keys.authenticate(apiKey);
    } catch (error) {
      if (error instanceof Problem && error.code === 'invalid_key') await this.failedKeys.count(address);
      throw error;
    }
  }

  private open(identity: KeyIdentity, route: Opened, { headers: { origin, host } }: FastifyRequest): KeyIdentity {
    if (origin !== undefined) this.origins.check(identity, origin, ownOriginsOf(host));
    if (!opens(identity, route.access) && !operates(identity, route)) throw forbidden(identity, route.access);
    return identity;
  }

  private admit(identity: KeyIdentity, route: RouteOptions, request: Admitted): boolean | Promise<boolean> {
    const takesUser = route.actsForUser === true || identity.kind === 'scoped';
    const userId = takesUser ? readUserId(request) : undefined;
    const caller = operates(identity, route)
      ? this.operator(identity, route, request)
      : this.callers.forKey(identity, userId);
    return caller instanceof Promise
      ? caller.then((made) => this.begin(made, route, request))
      : this.begin(caller, route, request);
  }

  /** Without a client to look at, the operator may what the admin key alone opens. */
  private operator(identity: KeyIdentity, { access }: Opened, { headers }: Admitted): Caller | Promise<Caller> {
    const clientId = headers['x-client-id'];
    if (clientId !== undefined) return this.callers.forOperator(identity, String(clientId));
    if (opens(identity, access)) return this.callers.forKey(identity);
    throw new Problem('forbidden', 'The admin key names the client that it looks at in X-Client-Id.');
  }

  private begin(caller: Caller, route: RouteOptions, request: Admitted): boolean | Promise<boolean> {
    if (isForWriting(route.access) && !route.judgesBans && request.method !== 'GET') refuseBanned(caller);
    const api = new Request(caller, request.id, route, auditedOf(route, request));
    request.api = api;
    this.callers.requested(caller);
    const key = request.headers['idempotency-key'];
    if (!route.idempotent || key === undefined) return this.count(api, route);
    const [path = '', query = ''] = request.url.split(/\?(.*)/s);
    const keyed = {
      key: String(key),
      method: request.method,
      path: path.replace(/\/$/, ''),
      query,
      body: (request as RawBodyRequest).rawBody?.toString('latin1') ?? request.body,
    };
    return this.idempotency.begin(api, keyed).then(() => this.count(api, route));
  }

  /** What an earlier answer is given to again was counted then. */
  private count(api: Request, route: RouteOptions): boolean | Promise<boolean> {
    if (!route.limited) return true;
    const counted = this.limits.consume(api, route.limited);
    return counted ? counted.then(() => true) : true;
  }
}

const auditedOf = ({ audit }: RouteOptions, { ip, params }: Admitted): Audited | null =>
  audit === undefined ? null : { action: audit, ip, params: params as Record<string, string>, noted: {} };

type Opened = Pick<RouteOptions, 'access' | 'operated'>;

const operates = ({ kind }: KeyIdentity, { operated }: Opened): boolean => operated === true && kind === 'admin';

function opens(identity: KeyIdentity, access: Access): boolean {
  const { kind, permissions } = identity;
  switch (access) {
    case 'public':
      return true;
    case 'admin':
      return kind === 'admin';
    case 'master':
      // A master key that was narrowed does what its permissions say, and does not manage the client.
      return managesClient(identity);
    case 'manager':
      return kind === 'admin' || managesClient(identity);
    case 'key':
      return kind !== 'admin';
    default:
      return kind !== 'admin' && (permissions === null || permissions.has(access));
  }
}

function forbidden({ kind, permissions }: KeyIdentity, access: Access): Problem {
  switch (access) {
    case 'public':
    case 'admin':
      return new Problem('forbidden', "This takes the operator's admin key.");
    case 'master':
      return kind === 'master' && permissions !== null
        ? new Problem('forbidden', 'This takes a master key that was not narrowed to some permissions.')
        : new Problem('forbidden', 'This takes a master key.');
    case 'manager':
      return new Problem('forbidden', "This takes a master key that was not narrowed, or the operator's admin key.");
    case 'key':
      return new Problem('forbidden', "This takes a client's key: the admin key manages clients and nothing inside.");
    default:
      return new Problem('forbidden', `This takes a key with the permission ${access}.`);
  }
}

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Permission } from './permissions.js';
import type { UserRef } from './user-ref.js';

/** What an operator grants a client; absent fields take the configured defaults. */
export interface ClientLimits {
  messages_per_user_per_minute: number;
}

/** Who asks, as found out from the key. Passed explicitly to every service method that needs to know. */
export interface Caller {
  kind: 'admin' | 'master' | 'scoped';
  /** The tenant. The nil UUID for the operator. */
  clientId: string;
  keyId: string;
  /** What the key allows; null: everything (a master key that was not narrowed). */
  permissions: ReadonlySet<Permission> | null;
  /** The user that the request acts for: the scoped key's, or the one a master key names in X-User-Id. */
  user: UserRef | null;
  limits: ClientLimits;
  requestId: string;
  /** Held while this request owns its Idempotency-Key; see Idempotency. */
  idempotency: IdempotencyLease | null;
  /** Headers of a limit that this request counted against; REST answers carry them. */
  rateLimit: Record<string, string> | null;
}

/** A request's claim on its Idempotency-Key. */
export interface IdempotencyLease {
  clientId: string;
  scope: Buffer;
  /** The answer was recorded in the transaction of the effect. */
  completed: boolean;
}

export function may(caller: Caller, permission: Permission): boolean {
  return caller.permissions === null || caller.permissions.has(permission);
}

/** A master key that was not narrowed: it speaks for the client in everything. */
export function managesClient({ kind, permissions }: Pick<Caller, 'kind' | 'permissions'>): boolean {
  return kind === 'master' && permissions === null;
}

/** The `Caller` that the key guard found, as a controller's parameter. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller =>
    context.switchToHttp().getRequest<FastifyRequest & { caller: Caller }>().caller,
);

export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

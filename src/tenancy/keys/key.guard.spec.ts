import type { ExecutionContext } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import type { Access, Permission } from '../access/permissions.js';
import { ROUTE, type RouteOptions } from '../access/route.js';
import { CallerFactory } from './caller.factory.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { FailedKeyLimit } from './failed-key-limit.js';
import type { RateLimits } from '../clients/rate-limits.js';
import type { Idempotency } from '../idempotency/idempotency.js';
import { KeyGuard } from './key.guard.js';
import type { KeyIdentity } from './key-identity.js';
import type { KeysService } from './keys.service.js';
import { OriginPolicy } from './origin-policy.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

const user = { user_pk: 'u' as UserPk, user_id: 'alice' as UserId, display_name: null };

function identity(kind: KeyIdentity['kind'], permissions: Permission[] | null): KeyIdentity {
  return {
    kind,
    clientId: 'c',
    keyId: 'k',
    permissions: permissions === null ? null : new Set(permissions),
    user: kind === 'scoped' ? user : null,
    expiresAt: null,
    client: kind === 'admin' ? null : ({ allowed_origins: [], limits: {} } as unknown as KeyIdentity['client']),
  };
}

const HOLDERS = {
  admin: identity('admin', null),
  master: identity('master', null),
  narrowed: identity('master', ['send_messages']),
  sender: identity('scoped', ['send_messages']),
  reader: identity('scoped', ['read_messages']),
};

function contextOf(route: Partial<RouteOptions> | null, headers: Record<string, string> = {}): ExecutionContext {
  const handler = (): void => undefined;
  if (route) Reflect.defineMetadata(ROUTE, route, handler);
  const request = { headers: { 'x-api-key': 'key', host: 'h', ...headers }, url: '/x', method: 'POST', id: 'r' };
  return {
    getHandler: () => handler,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
}

describe('the guard', () => {
  const looked: string[] = [];
  let holder: KeyIdentity;
  const callers = new CallerFactory({
    get: async (id: string) => ({ id }),
    readFacts: async () => ({}),
  } as unknown as ClientsService);
  callers.registerUsers({
    recall: () => undefined,
    findOrCreate: async (_, userId) => {
      looked.push(userId);
      return { ...user, user_id: userId };
    },
  });
  const guard = new KeyGuard(
    { recall: () => holder } as unknown as KeysService,
    callers,
    new OriginPolicy(),
    {} as FailedKeyLimit,
    { begin: async () => void looked.push('idempotency') } as unknown as Idempotency,
    {} as RateLimits,
  );
  const enter = (name: keyof typeof HOLDERS, context: ExecutionContext) => {
    holder = HOLDERS[name];
    return guard.canActivate(context);
  };

  const OPEN: Record<Exclude<Access, 'public'> & string, (keyof typeof HOLDERS)[]> = {
    admin: ['admin'],
    master: ['master'],
    manager: ['admin', 'master'],
    key: ['master', 'narrowed', 'sender', 'reader'],
    send_messages: ['master', 'narrowed', 'sender'],
    read_messages: ['master', 'reader'],
    join_rooms: ['master'],
    invite_users: ['master'],
    manage_rooms: ['master'],
    send_notifications: ['master'],
    read_analytics: ['master'],
  };

  it.each(Object.entries(OPEN))('opens %s to %j only', (access, those) => {
    for (const name of Object.keys(HOLDERS) as (keyof typeof HOLDERS)[]) {
      const context = contextOf({ access: access as Access });
      // Answers at once: no promise on the way of a known key.
      if (those.includes(name)) expect(enter(name, context)).toBe(true);
      else expect(() => enter(name, context)).toThrow(expect.objectContaining({ code: 'forbidden' }));
    }
  });

  it('takes the admin key where the route is operated, for the client that X-Client-Id names', async () => {
    const named = { 'x-client-id': 'c1' };
    const context = contextOf({ access: 'master', operated: true }, named);
    await expect(enter('admin', context)).resolves.toBe(true);
    const { api } = context.switchToHttp().getRequest<{ api: { caller: Caller } }>();
    expect(api.caller).toMatchObject({ kind: 'admin', clientId: 'c1', user: null });

    const refused = expect.objectContaining({ code: 'forbidden' });
    expect(() => enter('admin', contextOf({ access: 'master', operated: true }))).toThrow(refused);
    expect(() => enter('admin', contextOf({ access: 'master' }, named))).toThrow(refused);
    expect(() => enter('sender', contextOf({ access: 'master', operated: true }, named))).toThrow(refused);
    // A master key is of its own client, whatever the header says.
    const own = contextOf({ access: 'master', operated: true }, named);
    expect(enter('master', own)).toBe(true);
    expect(own.switchToHttp().getRequest<{ api: { caller: Caller } }>().api.caller.clientId).toBe('c');
    // What is open to both asks for nothing.
    expect(enter('admin', contextOf({ access: 'manager', operated: true }))).toBe(true);
  });

  it('refuses a route that declares nothing, and asks nobody for a public one', () => {
    expect(() => enter('master', contextOf(null))).toThrow(expect.objectContaining({ code: 'forbidden' }));
    holder = null as unknown as KeyIdentity;
    expect(guard.canActivate(contextOf({ access: 'public' }))).toBe(true);
  });

  it('looks nothing up for a key that may not', async () => {
    looked.length = 0;
    const headers = { 'x-user-id': 'bob', 'idempotency-key': 'a' };
    const route = { actsForUser: true, idempotent: true };
    expect(() => enter('narrowed', contextOf({ ...route, access: 'master' }, headers))).toThrow();
    expect(looked).toEqual([]);
    await expect(enter('narrowed', contextOf({ ...route, access: 'send_messages' }, headers))).resolves.toBe(true);
    expect(looked).toEqual(['bob', 'idempotency']);
  });

  it('takes X-User-Id where the route acts for users, and a scoped key’s own anywhere', () => {
    looked.length = 0;
    expect(enter('master', contextOf({ access: 'key' }, { 'x-user-id': 'bob' }))).toBe(true);
    expect(enter('sender', contextOf({ access: 'key' }, { 'x-user-id': 'alice' }))).toBe(true);
    expect(() => enter('sender', contextOf({ access: 'key' }, { 'x-user-id': 'bob' }))).toThrow(
      expect.objectContaining({ code: 'user_mismatch' }),
    );
    expect(looked).toEqual([]);
  });
});

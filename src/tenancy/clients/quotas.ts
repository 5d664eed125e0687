import { Injectable } from '@nestjs/common';
import { metrics } from '../../platform/common/metrics.js';
import { Problem } from '../../platform/common/problem.js';
import type { Caller, Quota } from '../access/caller.js';
import type { LimitKind } from '../access/limit-kind.js';
import { RateCounter } from '../access/rate-counter.js';
import { joinHeaders, rateLimitHeaders } from '../access/rate-limit-headers.js';
import type { Request } from '../access/request.js';
import type { LimitState } from './limit-state.js';

/** Hours and days are those of UTC, so that every process counts in the same. */
const WINDOWS = {
  per_second: { name: 'second', ms: 1_000 },
  per_hour: { name: 'hour', ms: 3_600_000 },
  per_day: { name: 'day', ms: 86_400_000 },
} as const;
type Window = (typeof WINDOWS)[keyof typeof WINDOWS];

/** One quota of one window. */
interface Policy {
  /** As headers and refusals name it. */
  name: string;
  state: Pick<LimitState, 'name' | 'scope' | 'channel'>;
  limit: number;
  window: Window;
  key: string;
  /** Who knows what was counted before this process began to. */
  seed?: { clientId: string; channel: string | null };
}

/** Reads how many deliveries a client has had accepted since then; a channel's alone where one is named. Registered by who counts them. */
export type DeliveriesAccepted = (clientId: string, channel: string | null, since: Date) => Promise<number>;

/** Deliveries by channel, as a request wants them accepted. */
export type WantedDeliveries = ReadonlyMap<string, number>;

const KINDS = {
  messages: { user: 'messages_per_user', client: 'messages_per_client' },
  notifications: { user: 'notifications_per_user' },
} as const;

/**
 * What the operator grants a client beyond the limits of its users: `client.limits.quotas`, by the second, hour and day. What a
 * quota refuses counts against none.
 */
@Injectable()
export class Quotas {
  private accepted: DeliveriesAccepted | undefined;
  /** Windows whose counts this process has taken over. */
  private readonly seeded = new Map<string, number>();

  constructor(private readonly counter: RateCounter) {}

  registerAccepted(read: DeliveriesAccepted): void {
    this.accepted = read;
  }

  /**
   * Counts one of this kind.
   * @returns undefined at once where no quota is set
   * @throws Problem `rate_limited`, rejects with it
   */
  consume(request: Request, kind: LimitKind): Promise<void> | undefined {
    const policies = ofKind(request.caller, kind);
    return policies.length === 0
      ? undefined
      : this.spend(
          request,
          policies.map((policy) => ({ policy, n: 1 })),
        ).then(() => undefined);
  }

  /** Is anything of this caller's notifications counted? */
  countsNotifications(caller: Caller): boolean {
    return ofKind(caller, 'notifications').length > 0 || ofDeliveries(caller).length > 0;
  }

  /**
   * Counts a notification and its deliveries, before they are accepted: all of it or nothing.
   * @returns takes it back, where it was not accepted in the end
   * @throws Problem `rate_limited`
   */
  async take(request: Request, wanted: WantedDeliveries): Promise<() => void> {
    const all = [...wanted.values()].reduce((sum, n) => sum + n, 0);
    const uses = [
      ...ofKind(request.caller, 'notifications').map((policy) => ({ policy, n: 1 })),
      ...ofDeliveries(request.caller).map((policy) => ({
        policy,
        n: policy.state.channel === undefined ? all : (wanted.get(policy.state.channel) ?? 0),
      })),
    ].filter(({ n }) => n > 0);
    return uses.length > 0 ? this.spend(request, uses) : () => undefined;
  }

  /** Every quota that is set, without counting. */
  async states(caller: Caller): Promise<LimitState[]> {
    const policies = [...ofKind(caller, 'messages'), ...ofKind(caller, 'notifications'), ...ofDeliveries(caller)];
    return Promise.all(
      policies.map(async (policy) => {
        await this.takeOver(policy);
        const { key, leftMs } = placeOf(policy);
        const count = (await this.counter.peek(key))?.count ?? 0;
        const { limit, window, state } = policy;
        return {
          ...state,
          limit,
          remaining: Math.max(0, limit - count),
          resetsInMs: leftMs,
          windowS: window.ms / 1_000,
        };
      }),
    );
  }

  /** @returns takes it back */
  private async spend(request: Request, uses: { policy: Policy; n: number }[]): Promise<() => void> {
    await Promise.all(uses.map(({ policy }) => this.takeOver(policy)));
    const places = uses.map(({ policy }) => placeOf(policy));
    const { granted, counts } = await this.counter.addAll(
      uses.map(({ policy: { limit }, n }, at) => ({ key: places[at]!.key, windowMs: places[at]!.leftMs, n, limit })),
    );
    const counted = uses.map((use, at) => ({ ...use, ...places[at]!, count: counts[at]! }));
    const headers = counted.map(({ policy, count, leftMs }) => headersOf(policy, count, leftMs));
    request.headers = joinHeaders([...(request.headers ? [request.headers] : []), ...headers]);
    if (granted)
      return () => {
        for (const { key, n } of counted) this.counter.giveBack(key, n);
      };
    const violated = counted.filter(({ policy, count, n }) => count + n > policy.limit);
    const names = violated.map(({ policy }) => policy.name);
    for (const name of names) metrics.rateLimited.inc({ policy: name });
    const seconds = Math.max(1, ...violated.map(({ leftMs }) => Math.ceil(leftMs / 1_000)));
    const tooMany = violated.some(({ policy, n }) => n > policy.limit) ? ' It never grants so many at once.' : '';
    const detail = `The quota is used up: ${names.join(', ')}. It begins anew in ${seconds} s.${tooMany}`;
    throw new Problem('rate_limited', detail, {
      retryAfterS: seconds,
      policies: names,
      headers: request.headers,
    });
  }

  /** A process that has just started goes on where others, or itself before, had come to. */
  private async takeOver({ seed, window, ...policy }: Policy): Promise<void> {
    if (!seed || !this.accepted || this.counter.isShared || window.ms < WINDOWS.per_hour.ms) return;
    const { key, begin, leftMs } = placeOf({ window, ...policy });
    if (this.seeded.has(key)) return;
    this.forget();
    this.seeded.set(key, begin + window.ms);
    const before = await this.accepted(seed.clientId, seed.channel, new Date(begin));
    if (before > 0) await this.counter.add(key, leftMs, before);
  }

  private forget(): void {
    const now = Date.now();
    for (const [key, until] of this.seeded) if (until <= now) this.seeded.delete(key);
  }
}

function ofKind({ kind: key, clientId, user, limits: { quotas } }: Caller, kind: LimitKind): Policy[] {
  if (kind !== 'messages' && kind !== 'notifications') return [];
  const { user: perUser, client: perClient } = { client: undefined, ...KINDS[kind] };
  return [
    // What a master key does counts against no user.
    ...(key === 'scoped' && user
      ? policiesOf(quotas[perUser], kind, { scope: 'user' }, `${kind}:u:${user.user_pk}`)
      : []),
    ...(perClient ? policiesOf(quotas[perClient], `client-${kind}`, { scope: 'client' }, `${kind}:c:${clientId}`) : []),
  ];
}

function ofDeliveries({ clientId, limits: { quotas } }: Caller): Policy[] {
  const named = [
    { channel: null, quota: quotas.deliveries_per_client },
    ...(quotas.deliveries_per_channel ?? []).map(({ channel, ...quota }) => ({ channel, quota })),
  ];
  return named.flatMap(({ channel, quota }) =>
    policiesOf(
      quota,
      channel === null ? 'deliveries' : `${channel}-deliveries`,
      channel === null ? { scope: 'client' } : { scope: 'channel', channel },
      `deliveries:${clientId}:${channel ?? ''}`,
    ).map((policy) => ({ ...policy, seed: { clientId, channel } })),
  );
}

function policiesOf(
  quota: Quota | undefined,
  name: string,
  state: Pick<LimitState, 'scope' | 'channel'>,
  key: string,
): Policy[] {
  if (!quota) return [];
  return (Object.keys(WINDOWS) as (keyof typeof WINDOWS)[]).flatMap((per) => {
    const limit = quota[per];
    if (limit === undefined || limit === null) return [];
    const window = WINDOWS[per];
    const listed = name.replace(/^(client|[^-]+)-(?=deliveries|messages)/, '');
    return [
      {
        name: `${name}-${window.name}`,
        state: { ...state, name: `${listed}_${window.name}` },
        limit,
        window,
        key: `quota:${key}:${window.name}`,
      },
    ];
  });
}

/** The window that runs. */
function placeOf({ key, window }: Pick<Policy, 'key' | 'window'>) {
  const now = Date.now();
  const begin = Math.floor(now / window.ms) * window.ms;
  return { key: `${key}:${begin / window.ms}`, begin, leftMs: begin + window.ms - now };
}

const headersOf = ({ name, limit, window }: Policy, count: number, leftMs: number): Record<string, string> =>
  rateLimitHeaders(name, limit, Math.max(0, limit - count), Math.ceil(leftMs / 1_000), window.ms / 1_000);

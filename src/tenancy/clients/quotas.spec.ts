import type { RedisConnections } from '../../platform/database/redis.js';
import type { Caller, ClientQuotas } from '../access/caller.js';
import { RateCounter } from '../access/rate-counter.js';
import { Request } from '../access/request.js';
import { clientLimits } from './client-limits.js';
import { Quotas } from './quotas.js';

const quotas = new Quotas(new RateCounter({ configured: false } as RedisConnections));
const callerOf = (clientId: string, given: ClientQuotas): Caller =>
  ({ kind: 'master', clientId, user: null, limits: clientLimits({ quotas: given }) }) as Caller;

/** @returns what was violated; '': nothing */
const take = async (caller: Caller, channel: string, n: number): Promise<string> =>
  quotas.take(new Request(caller, 'r'), new Map([[channel, n]])).then(
    () => '',
    ({ options }) => options.policies.join(),
  );
const left = async (caller: Caller) => (await quotas.states(caller)).map(({ remaining }) => remaining);

describe('quotas', () => {
  it('are not used up by what they never grant, however much comes at once', async () => {
    const caller = callerOf('large', {
      deliveries_per_client: { per_day: 10 },
      deliveries_per_channel: [{ channel: 'sms', per_day: 10 }],
    });
    const many = Array.from({ length: 40 }, (_, at) => (at % 4 === 0 ? 1 : 20));
    const violated = await Promise.all(many.map((n) => take(caller, 'sms', n)));
    expect(violated).toEqual(many.map((n) => (n === 1 ? '' : 'deliveries-day,sms-deliveries-day')));
    expect(await left(caller)).toEqual([0, 0]);
  });

  it('are not used up by what another of them refuses', async () => {
    const caller = callerOf('two', {
      deliveries_per_client: { per_day: 10 },
      deliveries_per_channel: [{ channel: 'sms', per_day: 1 }],
    });
    const many = Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? 'email' : 'sms'));
    const violated = await Promise.all(many.map((channel) => take(caller, channel, channel === 'sms' ? 5 : 1)));
    expect(many.filter((_, at) => violated[at] === '')).toEqual(Array(10).fill('email'));
    expect(await left(caller)).toEqual([0, 1]);
  });
});

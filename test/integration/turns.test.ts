import { Admission } from '../../src/engine/deliveries/routing/admission.js';
import { Breakers } from '../../src/engine/deliveries/routing/breakers.js';
import { BreakersRepository } from '../../src/engine/deliveries/routing/breakers.repository.js';
import { DeliveriesRepository } from '../../src/engine/deliveries/deliveries.repository.js';
import { DeliveriesService } from '../../src/engine/deliveries/deliveries.service.js';
import type { ClaimedDelivery, Routing } from '../../src/engine/deliveries/delivery.js';
import { ProviderQuotas } from '../../src/engine/deliveries/routing/provider-quotas.js';
import { Releases } from '../../src/engine/deliveries/routing/releases.js';
import { Sweeper } from '../../src/engine/deliveries/upkeep/sweeper.js';
import { holdVerdict } from '../../src/engine/deliveries/attempts/retry.js';
import { UsageRepository } from '../../src/engine/deliveries/routing/usage.repository.js';
import { EventsService } from '../../src/engine/events/events.service.js';
import { EMAIL } from '../../src/engine/providers/email/email.channel.js';
import type { Outcome } from '../../src/engine/providers/provider.js';
import { SmtpProvider } from '../../src/engine/providers/smtp/smtp.provider.js';
import { ProviderRoutes, type ProviderRoute } from '../../src/engine/providers/provider-routes.js';
import { Database } from '../../src/platform/database/database.js';
import type { TestClient } from '../support/app.js';
import { holdHands } from '../support/hands.js';
import { NestApp } from '../support/nest-app.js';
import { SmtpSink } from '../support/smtp.js';
import { watchStatements } from '../support/statements.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

let app: NestApp;
let client: TestClient;
let truth: Truth;
let sink: SmtpSink;

beforeAll(async () => {
  [app, sink] = await Promise.all([NestApp.start(), SmtpSink.start()]);
  truth = new Truth(app.database);
});
afterAll(async () => {
  await app.stop();
  await sink.stop();
});
beforeEach(async () => {
  client = await app.client();
  sink.messages.length = 0;
});
afterEach(() => jest.restoreAllMocks());

const provider = async (caps: object) => {
  const config = { host: '127.0.0.1', port: sink.port, secure: false };
  const body = { name: 'main', provider_type: 'smtp', from_email: 'a@example.com', config, ...caps };
  expect((await client.request('POST', '/clients/me/providers?verify=false', { body })).status).toBe(201);
};
const mail = async (addresses: string[], more: object = {}): Promise<string> => {
  const { status, body } = await client.request('POST', '/notifications', {
    body: {
      recipients: addresses.map((email) => ({ email })),
      channels: { email: { subject: 's', text: 't' } },
      ...more,
    },
  });
  expect([status, body]).toEqual([202, body]);
  return body.id;
};
const rows = (id: string) => truth.query<any>('select * from deliveries where source_id = $1 order by id', [id]);
const routeOf = async (): Promise<ProviderRoute> =>
  (await app.get(ProviderRoutes).of(client.id, 'email')).routes.find(({ name }) => name === 'main')!;
/** What another process counts by: all that they share is in PostgreSQL. */
const process = () => new ProviderQuotas(app.get(UsageRepository));

/** Claimed, each of a notification of its own, in this order. */
const claimed = async (count: number, more: object = {}): Promise<ClaimedDelivery[]> => {
  const all: ClaimedDelivery[] = [];
  for (let n = 0; n < count; n++) {
    const [{ client_id, id, attempt_count }] = await rows(await mail([`p${n}@example.com`], more));
    all.push((await app.get(DeliveriesService).claim({ client_id, id, attempt_count }))!);
  }
  return all;
};
const hold = async (delivery: ClaimedDelivery, reason: 'rate_limited' | 'quota_exhausted', of = 'main') => {
  const outage = { reason, until: Date.now() + 3_600_000 };
  const routing: Routing = { decision: '', reason: 'none_available', skipped: [{ provider: of, reason }] };
  const verdict = holdVerdict(delivery, routing, outage, EMAIL);
  expect(await app.get(DeliveriesService).hold(delivery, verdict)).not.toBeNull();
};
/** To whom mail goes, in the order in which it is let go: connections may overtake each other. */
const watchSends = (): string[] => {
  const order: string[] = [];
  const send = SmtpProvider.prototype.send;
  jest.spyOn(SmtpProvider.prototype, 'send').mockImplementation(function (this: SmtpProvider, batch, ...more) {
    order.push(...batch.map(({ address }) => address!));
    return send.call(this, batch, ...more);
  });
  return order;
};
/** As if this had been so long ago. */
const later = (ms: number) =>
  truth.query(
    `update provider_usage set next_slot_at = next_slot_at - $2 * interval '1 millisecond',
            turn_until = turn_until - $2 * interval '1 millisecond' where client_id = $1`,
    [client.id, ms],
  );

describe('who waits for a provider', () => {
  it('is sent before those who come later, also while there is room again and again', async () => {
    const order = watchSends();
    await provider({ rate_limit_per_second: 6 });
    const old = Array.from({ length: 30 }, (_, n) => `old${n}@example.com`);
    const first = await mail(old);
    await until('some to be held', async () => (await rows(first)).some(({ status }) => status === 'held'));
    const news: string[] = [];
    while (sink.messages.length < old.length - 5) {
      const address = `new${news.length}@example.com`;
      news.push(address);
      await mail([address]);
      await until('a mail to go', async () => sink.messages.length >= Math.min(news.length * 4, old.length - 5));
    }
    await until('all to be sent', async () => sink.messages.length === old.length + news.length);
    expect(order.slice(0, old.length).toSorted()).toEqual(old.toSorted());
    expect(order.slice(old.length)).toEqual(news);
  });

  it('goes first over all processes, within its priority and lane, and is woken for it', async () => {
    holdHands(app);
    await provider({ rate_limit_per_second: 5 });
    const [elsewhere, old, young] = (await claimed(3)) as [ClaimedDelivery, ClaimedDelivery, ClaimedDelivery];
    await hold(elsewhere, 'quota_exhausted', 'another');
    const [urgent] = await claimed(1, { priority: 'urgent' });
    const [explicit] = await claimed(1, { channels: { email: { subject: 's', text: 't', provider: 'main' } } });
    await hold(old, 'rate_limited');
    const route = await routeOf();
    const [one, two] = [process(), process()];
    const refused = await two.take(route, 1, [young]);
    expect(refused).toMatchObject({ granted: 0, outage: { reason: 'rate_limited' } });
    expect(refused.outage!.until - Date.now()).toBeLessThan(1_000);
    expect((await one.take(route, 1, [urgent!])).granted).toBe(1);
    expect((await one.take(route, 1, [explicit!])).granted).toBe(1);
    const woken = await until('it to be due', async () => {
      const [row] = await rows(old.source_id);
      return row.status === 'pending' && row;
    });
    // In its lane it stands where it always stood.
    expect(woken.next_attempt_at).toEqual(woken.created_at);
    const again = (await app.get(DeliveriesService).claim({ ...old, attempt_count: 0 }))!;
    const grant = await one.take(route, 2, [young, again]);
    expect([...grant.going!.keys()]).toEqual([old.id, young.id]);
    expect((await rows(elsewhere.source_id))[0].status).toBe('held');
  });

  it('goes first also before anybody can see that it waits', async () => {
    holdHands(app);
    await provider({ rate_limit_per_second: 1 });
    const all = await claimed(5);
    const route = await routeOf();
    const [one, two] = [process(), process()];
    const grant = await one.take(route, 4, all.slice(0, 4));
    expect([...grant.going!.keys()]).toEqual(all.slice(0, 3).map(({ id }) => id));
    // A second is over, and the fourth is not recorded as held yet.
    await truth.query(
      `update provider_usage set next_slot_at = next_slot_at - interval '1 second' where client_id = $1`,
      [client.id],
    );
    expect((await two.take(route, 1, [all[4]!])).granted).toBe(0);
    expect((await two.take(route, 1, [all[3]!])).granted).toBe(1);
    await later(1_000);
    expect((await two.take(route, 1, [all[4]!])).granted).toBe(1);
  });

  it('goes by its priority, then by its age, of those who ask together', async () => {
    holdHands(app);
    await provider({ rate_limit_per_second: 1 });
    const [old, young] = (await claimed(2)) as [ClaimedDelivery, ClaimedDelivery];
    const [low] = (await claimed(1, { priority: 'low' })) as [ClaimedDelivery];
    const [urgent] = (await claimed(1, { priority: 'urgent' })) as [ClaimedDelivery];
    const grant = await process().take(await routeOf(), 4, [old, low, young, urgent]);
    expect([...grant.going!.keys()]).toEqual([urgent, old, young].map(({ id }) => id));
  });

  it('goes as soon as its rate lets it, whatever was estimated when others were before it', async () => {
    const letGo = holdHands(app);
    const order = watchSends();
    await provider({ rate_limit_per_second: 5 });
    const all = await claimed(3);
    for (const one of all) await hold(one, 'rate_limited');
    letGo();
    await until('them to be sent', () => sink.messages.length === 3);
    expect(order).toEqual(all.map(({ address }) => address));
  });

  it('goes first when an hour begins', async () => {
    holdHands(app);
    await provider({ hourly_cap: 1 });
    const [old, young] = (await claimed(2)) as [ClaimedDelivery, ClaimedDelivery];
    await hold(old, 'quota_exhausted');
    const route = await routeOf();
    const refused = await process().take(route, 1, [young]);
    expect(refused).toMatchObject({ granted: 0, outage: { reason: 'quota_exhausted' } });
    expect(refused.outage!.until - Date.now()).toBeLessThan(5_000);
    await until('it to be due', async () => (await rows(old.source_id))[0].status === 'pending');
    const again = (await app.get(DeliveriesService).claim({ ...old, attempt_count: 0 }))!;
    const grant = await process().take(route, 2, [young, again]);
    expect([...grant.going!.keys()]).toEqual([old.id]);
    expect(grant.outage!.until - Date.now()).toBeGreaterThan(0);
  });

  it('costs others nothing: what has no caps asks for no turn, and the rest asks once, as it did for its quota', async () => {
    const asked = watchStatements();
    const turns = async () => {
      const before = asked(/provider_usage/).length;
      const id = await mail(['p@example.com']);
      await until('it to be sent', async () => (await rows(id))[0].status === 'sent');
      return asked(/provider_usage/).length - before;
    };
    await provider({});
    expect(await turns()).toBe(0);
    await client.request('PATCH', '/clients/me/providers/main?verify=false', { body: { rate_limit_per_second: 50 } });
    await turns();
    expect(await turns()).toBe(1);
  });
});

describe('what a provider did not get', () => {
  it('comes back to the hour in which it was counted only, and wakes who waits for it', async () => {
    holdHands(app);
    await provider({ hourly_cap: 2, daily_cap: 3 });
    const [first, second, waiting] = await claimed(3);
    const route = await routeOf();
    const quotas = process();
    const { counted } = await quotas.take(route, 2, [first!, second!]);
    await hold(waiting!, 'quota_exhausted');
    expect(await quotas.take(route, 1)).toMatchObject({ granted: 0, outage: { reason: 'quota_exhausted' } });
    expect(quotas.outageOf(route)).not.toBeNull();
    const before = { ...counted!, hour: new Date(counted!.hour.getTime() - 3_600_000) };
    await quotas.giveBack(route, [first!], before);
    const used = () =>
      truth.query<any>('select hour_used, day_used from provider_usage where client_id = $1', [client.id]);
    expect(await used()).toEqual([{ hour_used: 2, day_used: 1 }]);
    expect((await rows(waiting!.source_id))[0].status).toBe('held');
    await quotas.giveBack(route, [second!], counted);
    expect(await used()).toEqual([{ hour_used: 1, day_used: 0 }]);
    expect(quotas.outageOf(route)).toBeNull();
    await until('it to be due', async () => (await rows(waiting!.source_id))[0].status === 'pending');
  });

  it('is not waited for longer than its rate says, whatever clock wrote the time', async () => {
    await provider({ rate_limit_per_second: 5 });
    const route = await routeOf();
    const quotas = process();
    expect((await quotas.take(route, 20)).granted).toBe(11);
    expect((await quotas.take(route, 20)).granted).toBeLessThan(3);
    await later(-3_600_000);
    expect((await quotas.take(route, 1)).granted).toBe(1);
  });

  it('leaves the trial of a provider that was out to the next one', async () => {
    await provider({ hourly_cap: 1 });
    const route = await routeOf();
    const breakers = () =>
      new Breakers(app.get(BreakersRepository), app.get(Database), app.get(EventsService), app.get(Releases));
    const [here, there] = [breakers(), breakers()];
    const fault: Outcome = { kind: 'retryable', fault: 'provider', code: 'timeout', message: 'No.' };
    for (let n = 0; n < 5; n++)
      await here.run(
        route,
        async () => [fault],
        () => true,
      );
    const state = () =>
      truth.query<any>('select is_open, probe_until from provider_breakers where client_id = $1', [client.id]);
    await until('it to be written', async () => (await state())[0]?.is_open);
    await truth.query('update provider_breakers set open_until = clock_timestamp() where client_id = $1', [client.id]);
    for (const one of [here, there]) {
      (one as any).refreshedAt = Number.NEGATIVE_INFINITY;
      await one.refresh();
    }
    const quotas = process();
    await quotas.take(route, 1);
    const admission = new Admission(here, quotas, {} as any);
    const turn = [{ client_id: client.id, id: client.id }];
    expect(await admission.admit(route, turn)).toMatchObject({ granted: 0, outage: { reason: 'quota_exhausted' } });
    expect(await state()).toEqual([{ is_open: true, probe_until: null }]);
    const broken = new Admission(here, { take: () => Promise.reject(new Error('away')) } as any, {} as any);
    await expect(broken.admit(route, turn)).rejects.toThrow('away');
    // In the hour that follows, whoever comes first tries it, here as there.
    await truth.query(`update provider_usage set hour = hour - interval '1 hour' where client_id = $1`, [client.id]);
    const trials = [];
    for (const one of [here, there])
      trials.push((await new Admission(one, process(), {} as any).admit(route, turn)).granted);
    expect(trials).toEqual([1, 0]);
    expect((await state())[0].probe_until).not.toBeNull();
    // Who tries it is gone, where a process starts that is the only one.
    await app.get(Sweeper).takeOver();
    expect(await state()).toEqual([{ is_open: true, probe_until: null }]);
  });
});

it('an attempt of a lost worker that can not be recorded holds up nothing else', async () => {
  holdHands(app);
  await provider({});
  const [lost, waiting] = (await claimed(2)) as [ClaimedDelivery, ClaimedDelivery];
  await hold(waiting, 'quota_exhausted');
  jest.spyOn(app.get(DeliveriesRepository), 'settle').mockRejectedValue(new Error('It can not be written.'));
  await truth.expireLeases();
  await truth.query('update open_deliveries set next_attempt_at = clock_timestamp() where client_id = $1', [client.id]);
  await until('the other one to be due', async () => (await rows(waiting.source_id))[0].status === 'pending', {
    timeout: 20_000,
  });
  expect((await rows(lost.source_id))[0].status).toBe('sending');
});

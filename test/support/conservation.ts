import type { Api, TestClient } from './app.js';
import type { Fickle } from './fickle.js';
import type { Order } from './orders.js';
import type { Truth } from './truth.js';

interface Delivered {
  id: string;
  kind: string;
  source_id: string;
  where: string;
  channel: string;
  status: string;
  attempts: { number: number; status: string; error_code: string | null }[];
}

const DELIVERIES = `
  select d.id, d.source_kind as kind, d.source_id, d.channel || ' ' || coalesce(d.address, '') as "where", d.channel, d.status,
         coalesce(a.attempts, '[]') as attempts
    from deliveries d left join lateral (
      select jsonb_agg(jsonb_build_object('number', a.number, 'status', a.status, 'error_code', a.error_code) order by a.number) as attempts
        from attempts a where a.client_id = d.client_id and a.delivery_id = d.id) a on true
   where d.client_id = $1`;

const IS_SENT = new Set(['sent', 'delivered']);

/** What came of everything, to the unit. */
export interface Balance {
  deliveries: number;
  attempts: number;
  /** Attempts whose outcome nobody knows, by the reason. */
  unknown: Record<string, number>;
  /** Attempts that failed, by the reason. */
  failed: Record<string, number>;
  /** Deliveries that the other side has more than once. */
  twice: number;
  states: Record<string, number>;
}

/**
 * Judges by the rows and by what the other side has: every order was accepted once and ended as it must, what is on record as
 * sent has arrived, and nothing arrived more often than the attempts say that it may have.
 */
export async function expectConserved(
  truth: Truth,
  client: TestClient,
  orders: Map<string, Order>,
  { seen }: Pick<Fickle, 'seen'>,
): Promise<Balance> {
  const accepted = await truth.query<{ id: string }>('select id from notifications where client_id = $1', [client.id]);
  expect(accepted.map(({ id }) => id).toSorted()).toEqual([...orders.keys()].toSorted());

  const deliveries = await truth.query<Delivered>(DELIVERIES, [client.id]);
  const ofNotifications = deliveries.filter(({ kind }) => kind === 'notification');
  expect(wrongOrders(orders, ofNotifications)).toEqual([]);

  const atEndpoints = await truth.query<{ id: string; event_id: string }>(
    'select id, event_id from endpoint_messages where client_id = $1',
    [client.id],
  );
  const eventOf = new Map(atEndpoints.map(({ id, event_id }) => [id, event_id]));
  // An endpoint knows what it is told by the event's id.
  const seenAs = ({ id }: { id: string }): string => eventOf.get(id) ?? id;
  const known = new Set(deliveries.map(seenAs));
  expect([...seen.keys()].filter((id) => !known.has(id))).toEqual([]);

  const outside = deliveries.filter(({ channel }) => channel !== 'websocket');
  const wrong = outside.flatMap((delivery) => {
    const fault = faultOf(delivery, seen.get(seenAs(delivery)) ?? { came: 0, kept: 0 });
    return fault === null ? [] : [{ fault, seen: seen.get(seenAs(delivery)), ...delivery }];
  });
  expect(wrong.slice(0, 20)).toEqual([]);
  await expectOnStreams(truth, client, ofNotifications);

  const attempts = deliveries.flatMap((delivery) => delivery.attempts);
  return {
    deliveries: deliveries.length,
    attempts: attempts.length,
    unknown: tally(codesOf(attempts, 'unknown')),
    failed: tally(codesOf(attempts, 'failed')),
    twice: outside.filter((delivery) => (seen.get(seenAs(delivery))?.kept ?? 0) > 1).length,
    states: tally(deliveries.map(({ status }) => status)),
  };
}

function wrongOrders(orders: Map<string, Order>, deliveries: Delivered[]): object[] {
  const found = new Map<string, Delivered[]>();
  for (const delivery of deliveries)
    found.set(delivery.source_id, [...(found.get(delivery.source_id) ?? []), delivery]);
  return [...orders].flatMap(([id, { n, expected }]) => {
    const rows = (found.get(id) ?? []).map(({ where, status }) => ({ where, status })).toSorted(byWhere);
    const wanted = expected.toSorted(byWhere);
    const isRight =
      rows.length === wanted.length &&
      wanted.every(({ where, ends }, at) => rows[at]!.where === where && ends.includes(rows[at]!.status));
    return isRight ? [] : [{ n, id, rows, wanted }];
  });
}

/** @returns what is wrong between what is on record and what the other side has; null: nothing */
function faultOf({ status, attempts }: Delivered, { came, kept }: { came: number; kept: number }): string | null {
  const sent = attempts.filter((attempt) => attempt.status === 'sent').length;
  const unknown = attempts.filter((attempt) => attempt.status === 'unknown').length;
  if (sent !== (IS_SENT.has(status) ? 1 : 0)) return 'its attempts say something else than its state';
  if (kept < sent) return 'it never arrived';
  if (kept > sent + unknown) return 'it arrived more often than is known';
  return came > attempts.length ? 'it was tried more often than is recorded' : null;
}

/** What was sent to users stands on their streams, once. */
async function expectOnStreams(truth: Truth, client: TestClient, deliveries: Delivered[]): Promise<void> {
  const told = await truth.query<{ id: string }>(
    `select data ->> 'delivery_id' as id from events where client_id = $1 and type = 'notification.created'`,
    [client.id],
  );
  const sent = deliveries.filter(({ channel, status }) => channel === 'websocket' && IS_SENT.has(status));
  expect(told.map(({ id }) => id).toSorted()).toEqual(sent.map(({ id }) => id).toSorted());
}

/** What the API tells of all of it is what the rows are: the ledger, as a whole and by channel, and the statistics. */
export async function expectTold(truth: Truth, client: TestClient, door: Api): Promise<void> {
  const request = door.requester(client.key);
  const states = await truth.states(client.id);
  const accepted = sumOf(Object.values(states));
  const { body: ledger } = await request('GET', '/analytics/ledger');
  expect(ledger).toMatchObject({ accepted, balanced: true, difference: 0, ...states });
  for (const of of ledger.channels) expect(of).toMatchObject({ balanced: true, difference: 0 });

  const { body: stats } = await request('GET', '/notifications/stats');
  const { sent = 0, delivered = 0, failed = 0 } = states;
  expect(stats).toMatchObject({ total_sent: sent + delivered, total_failed: failed, total_pending: 0 });
  expect(stats.by_status).toMatchObject(states);
  expect(sumOf(Object.values(stats.by_status))).toBe(accepted);
  const channels = await truth.query<{ channel: string; n: number }>(
    'select channel, count(*)::int as n from deliveries where client_id = $1 group by 1',
    [client.id],
  );
  expect(stats.by_type).toEqual(Object.fromEntries(channels.map(({ channel, n }) => [channel, n])));
}

/** Of each event of these types that was committed, each endpoint was told once. */
export async function expectPlannedOnce(truth: Truth, client: TestClient, types: string[]): Promise<void> {
  const events = await truth.query<{ id: string }>(
    'select id from events where client_id = $1 and type = any ($2::text[])',
    [client.id, types],
  );
  const planned = await truth.query<{ id: string }>(
    'select event_id as id from endpoint_messages where client_id = $1',
    [client.id],
  );
  expect(events.length).toBeGreaterThan(0);
  expect(planned.map(({ id }) => id).toSorted()).toEqual(events.map(({ id }) => id).toSorted());
}

const codesOf = (attempts: Delivered['attempts'], of: string): string[] =>
  attempts.filter(({ status }) => status === of).map(({ error_code }) => error_code ?? '');

const byWhere = (a: { where: string }, b: { where: string }): number =>
  a.where < b.where ? -1 : a.where > b.where ? 1 : 0;

const sumOf = (numbers: unknown[]): number => (numbers as number[]).reduce((sum, n) => sum + n, 0);

function tally(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

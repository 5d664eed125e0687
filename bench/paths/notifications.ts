import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { httpLoad } from '../support/http-load.js';
import type { Tenant } from '../support/product.js';

/**
 * Accepts `count` notifications of one webhook each and waits until all of them have been delivered to a local receiver
 * and recorded as delivered.
 * @returns notifications per second, from the first request to the last record
 */
export async function notificationsToWebhook(tenant: Tenant, databaseUrl: string, count: number): Promise<number> {
  let received = 0;
  const receiver = createServer((request, response) => {
    received++;
    request.resume().on('end', () => response.writeHead(200, { 'content-length': '2' }).end('ok'));
  });
  receiver.keepAliveTimeout = 60_000;
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const db = new pg.Client(databaseUrl);
  await db.connect();
  const delivered = async () => {
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::int as n from deliveries where channel = 'webhook' and status = 'delivered'`,
    );
    return rows[0]!.n;
  };

  const before = await delivered();
  const body = JSON.stringify({ channels: { webhook: { url, payload: { type: 'bench', n: 1 } } }, recipients: [] });
  const started = performance.now();
  const result = await httpLoad({
    port: tenant.port,
    connections: 64,
    requests: count,
    next: () => ({
      method: 'POST',
      path: '/api/v1/notifications',
      headers: { authorization: `Bearer ${tenant.masterKey}` },
      body,
    }),
  });
  if (result.statuses.get(202) !== count) throw new Error(JSON.stringify([...result.statuses]));
  // Counting rows costs the database something, so it begins when they can all be there.
  while (received < count || (await delivered()) < before + count) await sleep(10);
  const perSecond = count / ((performance.now() - started) / 1000);
  receiver.closeAllConnections();
  receiver.close();
  await db.end();
  return perSecond;
}

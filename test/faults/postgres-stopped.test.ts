import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp } from '../support/app.js';
import { makeRoom } from '../support/chat.js';
import { Cleanups } from '../support/cleanups.js';
import { Receiver } from '../support/receiver.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

const SENDERS = 20;
const CRASHES = process.env.TEST_FULL ? 5 : 2;

const cleanups = new Cleanups();

afterEach(() => cleanups.run());

/** Embedded mode on a data directory of its own, whose PostgreSQL the test may kill. */
async function startEmbedded() {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatapi-faults-'));
  chmodSync(dataDir, 0o755);
  cleanups.add(() => rmSync(dataDir, { recursive: true, force: true }));
  const app = await startApp({ dataDir });
  cleanups.add(() => app.stop());
  const postmaster = () => Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  const killPostgres = () => process.kill(postmaster(), 'SIGKILL');
  return { app, truth: new Truth(app.database), killPostgres };
}

describe('PostgreSQL killed and started again under load', () => {
  it('keeps every acknowledged message in order, once, and delivers every accepted notification', async () => {
    const { app, truth, killPostgres } = await startEmbedded();
    const receiver = await Receiver.start();
    cleanups.add(() => receiver.stop());
    const client = await app.client({ limits: { messages_per_user_per_minute: 1_000_000 } });
    const { id } = client;
    const users = Array.from({ length: SENDERS }, (_, index) => `user-${index}`);
    const room = await makeRoom(client, users);

    const acknowledged = new Map<string, { id: string; seq: number }>();
    const notifications: string[] = [];
    let running = true;
    const statuses = new Set<number>();
    /** A client that sends again with the same id until it is told: what every client is asked to do. */
    const sendUntilTold = async (user: string, clientMsgId: string) => {
      while (!acknowledged.has(clientMsgId)) {
        const answer = await client.master(user).request('POST', `/rooms/${room.id}/messages`, {
          body: { content: clientMsgId, client_msg_id: clientMsgId },
        });
        statuses.add(answer.status);
        if (answer.status < 300) acknowledged.set(clientMsgId, answer.body);
        else await sleep(50);
      }
    };
    const load = users.map(async (user) => {
      for (let n = 0; running; n++) {
        await sendUntilTold(user, `${user}-${n}`);
        const { status, body } = await client.request('POST', '/notifications', {
          body: { recipients: [], channels: { webhook: { url: `${receiver.url}/hook`, payload: { user, n } } } },
        });
        statuses.add(status);
        if (status === 202) notifications.push(body.id);
      }
    });

    for (let crash = 0; crash < CRASHES; crash++) {
      const before = acknowledged.size;
      await until('messages to flow', () => acknowledged.size > before + 100, { timeout: 60_000 });
      killPostgres();
      const atCrash = acknowledged.size;
      await until('messages to flow again', () => acknowledged.size > atCrash + 100, { timeout: 60_000 });
    }
    running = false;
    await Promise.all(load);

    // Lost connections are told as such, never as faults of ours.
    expect([...statuses].filter((status) => status >= 500 && status !== 503)).toEqual([]);

    const rows = await truth.query<{ client_msg_id: string; id: string; seq: string }>(
      'select client_msg_id, id, seq::text from messages where client_id = $1',
      [id],
    );
    const stored = new Map(rows.map((row) => [row.client_msg_id, row]));
    expect(rows).toHaveLength(acknowledged.size);
    for (const [clientMsgId, told] of acknowledged) {
      expect(stored.get(clientMsgId)).toEqual({ client_msg_id: clientMsgId, id: told.id, seq: String(told.seq) });
    }
    await truth.expectGaplessRoom(id, room.id);

    await until(
      'every accepted notification to be delivered',
      async () => {
        await truth.expireLeases();
        await truth.bringRetriesForward();
        const { delivered = 0, ...others } = await truth.states(id);
        return delivered >= notifications.length && Object.keys(others).length === 0;
      },
      { timeout: 60_000, every: 500 },
    );
    const known = await truth.query<{ id: string }>('select id from notifications where client_id = $1', [id]);
    const knownIds = new Set(known.map((row) => row.id));
    expect(notifications.filter((notification) => !knownIds.has(notification))).toEqual([]);
    await truth.expectBalancedLedger(id);
    await app.stop();
  });
});

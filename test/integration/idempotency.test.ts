import { clientLimits } from '../../src/tenancy/clients/client-limits.js';
import { Request } from '../../src/tenancy/access/request.js';
import { Idempotency, Replay } from '../../src/tenancy/idempotency/idempotency.js';
import { newId } from '../../src/platform/common/ids.js';
import { Database } from '../../src/platform/database/database.js';
import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';

describe('a service that keeps its effects once', () => {
  let app: NestApp;
  let client: TestClient;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  beforeEach(async () => {
    client = await app.client();
  });
  afterAll(() => app.stop());

  const age = (set: string) => app.sql(`update idempotency_keys set ${set} where client_id = $1`, [client.id]);
  const rows = () => app.sql('select * from idempotency_keys where client_id = $1', [client.id]);
  const request = { key: 'k', method: 'POST', path: '/x', query: '', body: { a: 1 } };
  const api = (status = 201): Request => {
    const limits = clientLimits({ messages_per_user_per_minute: 1 });
    const caller = {
      kind: 'master',
      clientId: client.id,
      keyId: newId(),
      permissions: null,
      user: null,
      limits,
      settings: {},
      settingsRev: 1,
    } as const;
    return new Request(caller, 'r', { status });
  };
  const replayOf = async (idempotency: Idempotency): Promise<Replay> => {
    const thrown = await idempotency.begin(api(), request).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Replay);
    return thrown as Replay;
  };

  it('rolls an effect back whose key was lost to a later request', async () => {
    const idempotency = app.get(Idempotency);
    const slow = api();
    await idempotency.begin(slow, request);
    await age(`lease_until = clock_timestamp() - interval '1 s'`);
    const late = api();
    await idempotency.begin(late, request);
    await idempotency.effect(late, async () => ({ by: 'late' }));
    const effect = idempotency.effect(slow, async (tx) => {
      await tx.execute(`update clients set name = 'Slow' where id = $1`, [client.id]);
      return { by: 'slow' };
    });
    await expect(effect).rejects.toMatchObject({ code: 'idempotency_in_flight' });
    expect((await client.request('GET', '/clients/me')).body.client.name).toBe('Test');
    expect((await replayOf(idempotency)).body).toBe('{"by":"late"}');
  });

  it('lets nobody complete or free the claim of a later request that still runs', async () => {
    const idempotency = app.get(Idempotency);
    const slow = api();
    await idempotency.begin(slow, request);
    await age(`lease_until = clock_timestamp() - interval '1 s'`);
    const late = api();
    await idempotency.begin(late, request);
    const effect = idempotency.effect(slow, async () => ({ by: 'slow' }));
    await expect(effect).rejects.toMatchObject({ code: 'idempotency_in_flight' });
    for (const status of [404, 500]) await idempotency.finish(slow.lease!, status, '{}');
    await expect(idempotency.begin(api(), request)).rejects.toMatchObject({ code: 'idempotency_in_flight' });
    await idempotency.effect(late, async () => ({ by: 'late' }));
    expect((await replayOf(idempotency)).body).toBe('{"by":"late"}');
  });

  it('reads large answers again from their resource', async () => {
    const idempotency = app.get(Idempotency);
    const type = `large-${client.id}`;
    idempotency.registerRebuilder(type, async ({ clientId }, id) => ({ clientId, id, rebuilt: true }));
    const first = api(202);
    await idempotency.begin(first, request);
    const id = newId();
    await idempotency.effect(first, async () => ({ id, text: 'x'.repeat(70_000) }), {
      resource: (answer) => ({ type, id: answer.id }),
    });
    expect((await rows())[0]!.body).toBeNull();
    const replay = await replayOf(idempotency);
    expect(replay.status).toBe(202);
    expect(JSON.parse(replay.body)).toEqual({ clientId: client.id, id, rebuilt: true });
  });

  it('completes the keys of many requests in their common transaction', async () => {
    const idempotency = app.get(Idempotency);
    const first = api();
    await idempotency.begin(first, request);
    const row = { request: first, answer: { id: newId() } };
    const database = app.get(Database);
    await database.transaction((tx) => idempotency.complete(tx, [row]));
    expect(JSON.parse((await replayOf(idempotency)).body)).toEqual(row.answer);
    const again = database.transaction((tx) => idempotency.complete(tx, [row]));
    await expect(again).rejects.toMatchObject({ code: 'idempotency_in_flight' });
  });

  it.each([401, 403, 422, 429, 500, 503])('frees the key after %i', async (status) => {
    const idempotency = app.get(Idempotency);
    const first = api();
    await idempotency.begin(first, request);
    await idempotency.finish(first.lease!, status, '{}');
    await expect(idempotency.begin(api(), request)).resolves.toBeUndefined();
  });
});

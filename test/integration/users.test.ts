import { newId } from '../../src/platform/common/ids.js';
import { UsersService } from '../../src/tenancy/users/users.service.js';
import type { TestClient } from '../support/app.js';
import { asUserId, asUserPk } from '../support/ids.js';
import { NestApp } from '../support/nest-app.js';
import { until } from '../support/until.js';

const PROFILE = { display_name: 'Alice', email: 'alice@example.com', phone: '+4930123456' };

describe('users, for other rooms', () => {
  const [aliceId, zoeId] = [asUserId('alice'), asUserId('zoe')];
  let app: NestApp;
  let client: TestClient;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  beforeEach(async () => {
    client = await app.client();
  });
  afterAll(() => app.stop());

  const put = (userId: string, body: object) => client.request('PUT', `/users/${userId}`, { body });

  it('are resolved: found, made, or refused by name', async () => {
    const users = app.get(UsersService);
    await put('alice', PROFILE);
    const found = await users.resolve(client.id, [aliceId, aliceId], { create: false });
    expect([...found.keys()]).toEqual(['alice']);
    const refusal = users.resolve(client.id, [aliceId, zoeId], { create: false });
    await expect(refusal).rejects.toMatchObject({ code: 'user_unavailable', message: expect.stringContaining('zoe') });
    const made = await users.resolve(client.id, [zoeId, aliceId], { create: true });
    const zoe = made.get(zoeId)!;
    expect(await users.refsOf(client.id, [zoe.user_pk, asUserPk(newId())])).toEqual(new Map([[zoe.user_pk, zoe]]));
    expect(await users.refsOf((await app.client()).id, [zoe.user_pk])).toEqual(new Map());
    const alice = made.get(aliceId)!;
    expect(await users.addressesOf(client.id, [alice.user_pk])).toEqual(
      new Map([[alice.user_pk, { email: PROFILE.email, phone: PROFILE.phone }]]),
    );
  });

  it('show a new name to what remembered the old one', async () => {
    await put('alice', { display_name: 'Before' });
    const users = app.get(UsersService);
    const { user_pk: id } = (await users.resolve(client.id, [aliceId], { create: false })).get(aliceId)!;
    await put('alice', { display_name: 'After' });
    expect((await users.refsOf(client.id, [id])).get(id)!.display_name).toBe('After');
    // As another node changes it.
    await app.sql(`update users set display_name = 'Later' where user_pk = $1`, [id]);
    // user-refs.spec.ts says how soon.
    await until('the new name', async () => (await users.refsOf(client.id, [id])).get(id)!.display_name === 'Later');
  });
});

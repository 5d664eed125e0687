import type { Answer, Api, TestClient } from './app.js';
import type { Permission } from '../../src/tenancy/access/permissions.js';
import { PERMISSIONS } from '../../src/tenancy/access/permissions.js';
import { SmtpSink } from './smtp.js';

/** A tenant with one of everything that a path can name. */
export interface Tenant {
  client: TestClient;
  /** By the segment before the parameter, as `fillPath` takes them. */
  ids: Record<string, string>;
  /** Keys of the room's owner: with every permission, and by the one that is missing. */
  scoped: { full: string; without: Record<Permission, string> };
  /** Master keys by the one permission that they lack. */
  narrowed: Record<Permission, string>;
}

/** Makes everything over the API itself. A new kind of resource is added here when a route names it. */
export async function makeTenant(app: Api, smtp: SmtpSink, name: string): Promise<Tenant> {
  // Not the same in every tenant: it must be unknown elsewhere.
  const user = `ann of ${name}`;
  const client = await app.client({ name });
  const make = async (path: string, body: object, as?: string): Promise<any> =>
    ok(path, await client.master(as).request('POST', path, { body }));

  const room = await make('/rooms', { room_type: 'group', name: 'A', members: [user, 'ben'] }, user);
  const message = await make(`/rooms/${room.id}/messages`, { content: 'hello' }, user);
  const spare = await make(`/rooms/${room.id}/messages`, { content: 'to be deleted' }, user);
  const scheduled = await make(
    `/rooms/${room.id}/scheduled-messages`,
    { content: 'later', send_at: new Date(Date.now() + 86_400_000).toISOString() },
    user,
  );
  const provider = await make('/clients/me/email-providers', {
    name: `smtp of ${name}`,
    provider_type: 'smtp',
    from_email: 'world@example.com',
    config: { host: '127.0.0.1', port: smtp.port, secure: false },
  });
  const suppression = await make('/suppressions', { address: `gone@${name.replaceAll(/\W/g, '')}.example` });
  const report = await make(`/rooms/${room.id}/messages/${message.id}/reports`, { reason: 'spam' }, user);
  const notification = await make('/notifications', {
    recipients: [{ user_id: user }],
    channels: { websocket: { title: 'Hi', body: 'Hello' } },
  });
  const invite = await make(`/rooms/${room.id}/invites`, { kind: 'user', user_id: 'cleo' });
  await make(`/rooms/${room.id}/join-requests`, {}, 'dan');
  const blocked = `mal of ${name}`;
  ok(blocked, await client.request('PUT', `/users/${blocked}`, { body: {} }));
  const key = await make('/clients/me/keys', { name: 'second' });
  const scopedKey = await make('/clients/scoped-keys', { user_id: user, permissions: [...PERMISSIONS] });

  return {
    client,
    ids: {
      clients: client.id,
      keys: key.id,
      'scoped-keys': scopedKey.id ?? scopedKey.key_id,
      users: user,
      blocks: blocked,
      rooms: room.id,
      members: 'ben',
      invites: invite.id,
      'join-requests': 'dan',
      messages: message.id,
      'spare messages': spare.id,
      reactions: '👍',
      'scheduled-messages': scheduled.id,
      suppressions: suppression.id,
      // A token of nobody's.
      u: 'a.b',
      reports: report.id,
      notifications: notification.id,
      'email-providers': provider.name,
      providers: provider.name,
    },
    scoped: {
      full: scopedKey.api_key,
      without: await keysWithout(
        async (permissions) => (await make('/clients/scoped-keys', { user_id: user, permissions })).api_key,
      ),
    },
    narrowed: await keysWithout(async (permissions) => {
      const made = await make('/clients/me/keys', { name: 'narrowed', permissions });
      return made.api_key ?? made.master_api_key;
    }),
  };
}

async function keysWithout(make: (permissions: Permission[]) => Promise<string>): Promise<Record<Permission, string>> {
  const keys = PERMISSIONS.map(async (missing): Promise<[string, string]> => [
    missing,
    await make(PERMISSIONS.filter((one) => one !== missing)),
  ]);
  return Object.fromEntries(await Promise.all(keys)) as Record<Permission, string>;
}

function ok(what: string, { status, body }: Answer): any {
  if (status >= 300) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  return body;
}

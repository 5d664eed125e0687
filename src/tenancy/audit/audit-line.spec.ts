import type { Caller } from '../access/caller.js';
import { Existing, Request } from '../access/request.js';
import { auditLineOf, auditJsonOf } from './audit-line.js';

const CLIENT = '0199c2d4-7e1a-7000-8000-00000000c1e0';
const caller = (more: Partial<Caller> = {}): Caller =>
  ({ kind: 'master', clientId: CLIENT, keyId: 'k1', user: null, permissions: null, ...more }) as Caller;
const requestOf = (by: Caller, params: Record<string, string> = {}): Request =>
  new Request(by, 'r1', null, { action: 'provider.update', ip: '192.0.2.1', params, noted: {} });

describe('a line of the audit log', () => {
  it('is of the client, the key, what the path names and what came of it', () => {
    expect(auditLineOf(requestOf(caller(), { name: 'main' }), new Existing({ id: 'x', name: 'main' }))).toEqual({
      client_id: CLIENT,
      actor: { type: 'key', id: 'k1' },
      action: 'provider.update',
      subject: 'main',
      before: undefined,
      after: { id: 'x', name: 'main' },
      ip: '192.0.2.1',
    });
  });

  it('says for whom a key acted, and is the client’s whom the operator changed', () => {
    const user = { user_pk: 'p', user_id: 'ann' } as never;
    expect(auditLineOf(requestOf(caller({ user })), undefined)).toMatchObject({ actor: { type: 'user', id: 'ann' } });
    const admin = caller({ kind: 'admin', clientId: '00000000-0000-0000-0000-000000000000' });
    expect(auditLineOf(requestOf(admin, { id: CLIENT }), {})).toMatchObject({
      client_id: CLIENT,
      actor: { type: 'admin' },
    });
    expect(auditLineOf(requestOf(admin), { id: CLIENT })).toMatchObject({ client_id: CLIENT, subject: CLIENT });
  });

  it('holds what was noted, and there is none where nothing was changed', () => {
    const request = requestOf(caller(), { name: 'main' });
    request.note({ subject: 'other', before: { a: 1 }, after: { a: 2 } });
    expect(auditLineOf(request, {})).toMatchObject({ subject: 'other', before: { a: 1 }, after: { a: 2 } });
    request.unchanged();
    expect(auditLineOf(request, {})).toBeNull();
  });

  it('has no secrets, however deep', () => {
    const kept = auditJsonOf({
      key_id: 'k1',
      master_api_key: 'x',
      config: { host: 'h', password: 'x', dkim: { privateKey: 'x', selector: 's' }, webhook_signing_key: 'x' },
      list: [{ secret: 'x', name: 'n' }],
      headers: { Authorization: 'x', 'X-Team': 'x' },
      at: new Date(0),
    });
    expect(JSON.parse(kept!)).toEqual({
      key_id: 'k1',
      config: { host: 'h', dkim: { selector: 's' } },
      list: [{ name: 'n' }],
      headers: ['Authorization', 'X-Team'],
      at: '1970-01-01T00:00:00.000Z',
    });
    expect(auditJsonOf(undefined)).toBeNull();
    expect(auditJsonOf({ words: 'x'.repeat(20_000) })).toContain('left_out');
  });
});

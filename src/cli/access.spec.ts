import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAccess, findUrl, originOf } from './access.js';
import { Usage } from './exit.js';
import { profilesFile, readProfiles, writeProfiles } from './profiles.js';

describe('access', () => {
  let dir: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'chatapi-access-'));
    env = { XDG_CONFIG_HOME: join(dir, 'config'), CHATAPI_DATA_DIR: join(dir, 'data') };
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const keep = (): void =>
    writeProfiles(profilesFile(env), {
      current: 'one',
      profiles: {
        one: { url: 'https://one.example', key: 'ck_master_one', admin_key: 'a' },
        two: { url: 'https://two.example', key: 'ck_user_two' },
      },
    });
  const keepDemo = (): void => {
    mkdirSync(join(dir, 'data'));
    writeFileSync(join(dir, 'data/demo-master-key'), 'ck_master_demo\n');
    runs(8123);
  };
  const runs = (port: number, pid = process.pid): void =>
    writeFileSync(join(dir, 'data/server.json'), JSON.stringify({ pid, url: `http://127.0.0.1:${port}` }));

  it('comes from the environment, then from the profile, then from a checkout', () => {
    keepDemo();
    expect(findAccess('client', {}, { ...env, PORT: '8123' })).toMatchObject({
      url: 'http://127.0.0.1:8123',
      key: 'ck_master_demo',
    });
    keep();
    expect(findAccess('client', {}, env)).toMatchObject({ url: 'https://one.example', key: 'ck_master_one' });
    expect(findAccess('admin', {}, env)).toMatchObject({ key: 'a' });
    expect(findAccess('client', {}, { ...env, CHATAPI_PROFILE: 'two' }).key).toBe('ck_user_two');
    const set = { ...env, CHATAPI_KEY: 'ck_master_set', CHATAPI_URL: 'https://three.example/' };
    expect(findAccess('client', {}, set)).toMatchObject({ url: 'https://three.example', key: 'ck_master_set' });
    // What is asked for by name wins over what happens to be set.
    expect(findAccess('client', { profile: 'two' }, { ...env, CHATAPI_KEY: 'ck_master_set' }).key).toBe('ck_user_two');
  });

  it('sends no key to a server that it was not kept for', () => {
    keep();
    keepDemo();
    expect(() => findAccess('client', { url: 'https://evil.example' }, env)).toThrow(Usage);
    expect(() => findAccess('client', {}, { ...env, CHATAPI_URL: 'https://evil.example' })).toThrow(/chatapi login/);
    expect(findAccess('client', { url: 'https://one.example/' }, env).key).toBe('ck_master_one');
    // The demo client's goes to the server that runs on its data, not to whoever has another port.
    expect(findAccess('client', { url: 'http://localhost:8123' }, env)).toMatchObject({
      url: 'http://127.0.0.1:8123',
      key: 'ck_master_demo',
    });
    expect(() => findAccess('client', { url: 'http://localhost:9000' }, env)).toThrow(
      /answers at http:\/\/127\.0\.0\.1:8123.*CHATAPI_KEY.*chatapi login --url http:\/\/localhost:9000/,
    );
    // Nor to whoever took its port when it was gone.
    runs(8123, 2 ** 30);
    expect(() => findAccess('client', { url: 'http://localhost:8123' }, env)).toThrow(/does not run: npm start/);
  });

  it('finds the server of a checkout wherever it listens, where no other one was asked for', () => {
    keepDemo();
    const own = { url: 'http://127.0.0.1:8123', key: 'ck_master_demo' };
    for (const PORT of ['8000', '0']) {
      expect(findAccess('client', {}, { ...env, PORT })).toMatchObject(own);
      expect(findUrl({}, { ...env, PORT })).toBe(own.url);
    }
    expect(findAccess('client', {}, { ...env, CHATAPI_KEY: 'ck_master_set' }).url).toBe(own.url);
    const asked = 'http://127.0.0.1:8000';
    expect(() => findAccess('client', {}, { ...env, CHATAPI_URL: asked })).toThrow(
      /answers at http:\/\/127\.0\.0\.1:8123/,
    );
    // A profile asks for its server, also where it has no key that would do.
    const use = (url: string): void =>
      writeProfiles(profilesFile(env), { current: 'one', profiles: { one: { url, admin_key: 'a' } } });
    use(asked);
    expect(() => findAccess('client', {}, env)).toThrow(
      /answers at .*:8123\. For http:\/\/127\.0\.0\.1:8000 set CHATAPI_KEY/,
    );
    use('https://one.example');
    expect(() => findAccess('client', {}, env)).toThrow(
      /a master key .* for https:\/\/one\.example, and there is none/,
    );
    use('http://localhost:8123');
    expect(findAccess('client', {}, env)).toMatchObject(own);
    rmSync(profilesFile(env));
    runs(8123, 2 ** 30);
    expect(findUrl({}, { ...env, PORT: '0' })).toBe('http://127.0.0.1:8000');
    expect(() => findAccess('client', {}, env)).toThrow(/does not run: npm start\. For another one /);
  });

  it('takes no key of the other kind', () => {
    const set = { ...env, CHATAPI_KEY: 'ck_master_set' };
    expect(() => findAccess('admin', {}, set)).toThrow(/admin key/);
    expect(() => findAccess('client', {}, { ...env, CHATAPI_KEY: 'x'.repeat(64) })).toThrow(/master key/);
    expect(() => findAccess('client', { profile: 'nine' }, env)).toThrow(/no profile nine/);
    // Nor what was kept in the place of the key that was named, which may be another tenant's.
    keep();
    for (const CHATAPI_KEY of ['bad', 'Bearer ck_master_set']) {
      expect(() => findAccess('client', {}, { ...env, CHATAPI_KEY })).toThrow(/CHATAPI_KEY is not/);
    }
  });

  it('knows the server without any key', () => {
    expect(findUrl({}, { ...env, PORT: '8123' })).toBe('http://127.0.0.1:8123');
    keep();
    expect(findUrl({}, env)).toBe('https://one.example');
    expect(findUrl({ url: 'https://two.example/path' }, env)).toBe('https://two.example');
    for (const junk of ['chat.example', 'ftp://chat.example', '']) expect(() => originOf(junk)).toThrow(Usage);
  });

  it('does not take a broken file for an empty one', () => {
    mkdirSync(join(dir, 'config/chatapi'), { recursive: true });
    writeFileSync(profilesFile(env), '{');
    expect(() => readProfiles(profilesFile(env))).toThrow(/does not hold profiles/);
  });
});

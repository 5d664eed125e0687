import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveDataDir, serverUser } from './data-dir.js';
import { StartFailure } from './failure.js';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chatapi-data-'));
  chmodSync(base, 0o755);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

it('makes the directory, open no further than the server needs', () => {
  const asked = join(base, 'a/b');
  expect(resolveDataDir(asked)).toBe(asked);
  expect(modeOf(asked)).toBe(serverUser() ? 0o711 : 0o700);
});

it('says in one line what hinders it', () => {
  writeFileSync(join(base, 'file'), '');
  expect(() => resolveDataDir(join(base, 'file/below'))).toThrow(StartFailure);
  expect(() => resolveDataDir(join(base, 'file/below'))).toThrow(/^CHATAPI_DATA_DIR: .*file\/below[^\n]*$/);
});

// Only root lends the server another user; for everybody else there is nothing to be out of reach.
const user = serverUser();
if (user) {
  describe('for a server that runs as another user', () => {
    it('refuses an explicit path that this user cannot reach, and makes nothing there', () => {
      const locked = join(base, 'locked');
      mkdirSync(locked, { mode: 0o700 });
      writeFileSync(join(locked, 'something'), '');
      expect(() => resolveDataDir(join(locked, 'data'))).toThrow(/out of reach for the user "nobody"/);
      expect(existsSync(join(locked, 'data'))).toBe(false);
    });

    it('opens an empty directory, as mktemp makes it, and leaves one with something in it as it is', () => {
      const empty = join(base, 'empty');
      mkdirSync(empty, { mode: 0o700 });
      expect(resolveDataDir(empty)).toBe(empty);
      expect(modeOf(empty)).toBe(0o711);

      const full = join(base, 'full');
      mkdirSync(full, { mode: 0o700 });
      writeFileSync(join(full, 'something'), '');
      expect(() => resolveDataDir(full)).toThrow(/out of reach/);
      expect(modeOf(full)).toBe(0o700);
    });
  });
}

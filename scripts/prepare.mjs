// After `npm ci` and `npm install` in a checkout: the pre-commit hook is set and dist/ built. Nothing here may fail an
// installation: without git, without dev dependencies or in an unpacked tarball it does what it can.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWhatIsMissing, PRODUCT, root } from './dist.mjs';

const git = (...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

if (existsSync(join(root, '.git'))) {
  try {
    git('config', 'core.hooksPath', '.githooks');
  } catch {
    console.warn('The pre-commit hook could not be set; run: git config core.hooksPath .githooks');
  }
}

// The scripts of package.json say `exec`, because npm sends its signals to the shell only: a shell that stays between
// would die and leave the application running. cmd.exe has no such word; there it means nothing.
const bin = join(root, 'node_modules/.bin');
if (process.platform === 'win32' && existsSync(bin)) writeFileSync(join(bin, 'exec.cmd'), '@%*\r\n');

// Whoever installs has changed nothing yet: `npm run check` checks the types, and so does each build after a change.
if (buildWhatIsMissing(PRODUCT, { checks: false }) !== 0) {
  console.warn('The sources do not compile yet; `npm start` builds them again.');
}

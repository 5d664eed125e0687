// node scripts/run.mjs <entry below dist/src> [arguments]: builds when a source is newer than dist/, then runs the
// entry in this very process, so that its signals and its exit code are the application's own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildsOf, buildWhatIsMissing, root } from './dist.mjs';

const [entry, ...args] = process.argv.slice(2);
const file = join(root, 'dist/src', entry ?? '');

const [program, ...pages] = buildsOf(entry);
const status = buildWhatIsMissing([program]);
if (status !== 0) process.exit(status);
if (buildWhatIsMissing(pages) !== 0) console.error('Started without what could not be built.');
if (!entry || !existsSync(file)) {
  console.error(
    entry
      ? `${entry} is not built, and the compiler is not installed: run \`npm ci\`, then start again.`
      : 'Usage: node scripts/run.mjs <entry> [arguments]',
  );
  process.exit(1);
}

// Ctrl-C in a terminal reaches the whole process group, and npm hands the signal on a second time. The application,
// for which a second signal means "now", must see one.
const ECHO_MS = 250;
const lastSeen = new Map();
const emit = process.emit;
process.emit = function (event, ...rest) {
  if (event === 'SIGINT' || event === 'SIGTERM') {
    const now = performance.now();
    const isEcho = now - (lastSeen.get(event) ?? -Infinity) < ECHO_MS;
    lastSeen.set(event, now);
    if (isEcho) return true;
  }
  return emit.call(this, event, ...rest);
};

process.argv = [process.argv[0], file, ...args];
await import(pathToFileURL(file).href);

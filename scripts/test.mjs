// node scripts/test.mjs [unit|sdk|integration|e2e|browser|faults] [--full] [arguments for jest]: starts the servers that tests need,
// runs jest against them and ends with a line `N passed, N failed`.
// node scripts/test.mjs --serve: only the servers, with the variables that a plain `npx jest` needs, until Ctrl-C.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWhatIsMissing, PRODUCT, root } from './dist.mjs';
import { findBrowser } from './test-browser.mjs';
import { startServers } from './test-servers.mjs';

// Faults kill and stop servers of their own: after the rest, which they would slow down. A browser is installed meanwhile.
const RUNS = [
  { projects: ['unit', 'sdk', 'integration', 'e2e'], flags: ['--maxWorkers=4'] },
  { projects: ['browser', 'faults'], flags: ['--maxWorkers=3'] },
];

/** jest waits for ever for what a test left open, a socket or a child: that is a failure, not a hang. */
const EXIT_GRACE_MS = 15_000;

const NO_SERVERS = { env: {}, stop: async () => {}, stopApps: async () => [] };

const given = process.argv.slice(2);
const known = RUNS.flatMap((run) => run.projects);
const project = known.includes(given[0]) ? given[0] : undefined;
const serveOnly = given.includes('--serve');
/** These run the application as it is shipped. Whoever runs another part may be in the middle of something else. */
const needsBuild = project ? ['e2e', 'browser', 'faults'].includes(project) : !serveOnly;
/** These need nothing but their sources. */
const pure = project === 'unit' || project === 'sdk';
const jestArguments = given.slice(project ? 1 : 0).filter((argument) => argument !== '--full');

/** Its path, once it is there; undefined: no test of this run needs one. */
let browser;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort(signal));

async function main() {
  if (!pure && buildWhatIsMissing(PRODUCT) !== 0 && needsBuild) return 1;

  const reports = mkdtempSync(join(tmpdir(), 'chatapi-report-'));
  let servers;
  try {
    browser = !serveOnly && (project ?? 'browser') === 'browser' ? findBrowser() : undefined;
    // It is awaited where it is needed.
    browser?.catch(() => {});
    servers = pure ? NO_SERVERS : await startServers();
    if (serveOnly) return await serve(servers);
    return await runTests(servers, reports);
  } catch (error) {
    console.error(error.message);
    return 1;
  } finally {
    await servers?.stop();
    rmSync(reports, { recursive: true, force: true });
  }
}

async function serve({ env }) {
  for (const [name, value] of Object.entries(env)) console.log(`export ${name}='${value}'`);
  if (!stopping.signal.aborted) {
    await new Promise((resolve) => {
      const keepAlive = setInterval(() => {}, 60_000);
      stopping.signal.addEventListener('abort', () => resolve(clearInterval(keepAlive)));
    });
  }
  return 0;
}

async function runTests({ env, stopApps }, reports) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  let exitCode = 0;
  for (const [index, { projects, flags }] of RUNS.entries()) {
    const selected = project ? projects.filter((name) => name === project) : projects;
    if (selected.length === 0) continue;
    if (stopping.signal.aborted) break;

    const report = join(reports, `${index}.json`);
    // A file named without its project is in one of the runs only.
    const mayBeEmpty = !project && jestArguments.length > 0 ? ['--passWithNoTests'] : [];
    const pace = jestArguments.some((argument) => /^(-i|-w|--runInBand|--maxWorkers)/.test(argument)) ? [] : flags;
    const reporting = ['--json', '--outputFile', report];
    const args = ['--selectProjects', ...selected, ...reporting, ...pace, ...mayBeEmpty, ...jestArguments];
    const needed = selected.includes('browser') && browser ? { TEST_CHROME: await browser } : {};
    const code = await jest(args, { ...env, ...needed }, report);
    exitCode ||= code;
    count(report, total);
  }
  for (const complaint of await stopApps()) {
    console.error(complaint);
    total.failed++;
  }
  if (stopping.signal.aborted) return stopping.signal.reason === 'SIGINT' ? 130 : 143;
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  return exitCode || (total.failed > 0 ? 1 : 0);
}

function jest(args, servers, report) {
  const child = spawn(process.execPath, ['node_modules/jest/bin/jest.js', '--config', 'jest.config.mjs', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...cleanEnvironment(),
      ...servers,
      ...(given.includes('--full') && { TEST_FULL: '1' }),
      // Whoever names files or tests means files.
      ...(jestArguments.length === 0 && { TEST_TOGETHER: '1' }),
    },
  });
  const kill = () => child.kill('SIGTERM');
  stopping.signal.addEventListener('abort', kill);
  let reportedAt;
  const watch = setInterval(() => {
    if (existsSync(report)) reportedAt ??= Date.now();
    if (!(Date.now() - reportedAt > EXIT_GRACE_MS)) return;
    console.error('The tests ended, but left something open that keeps jest running: ended by force.');
    child.kill('SIGKILL');
  }, 500);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(watch);
      stopping.signal.removeEventListener('abort', kill);
      resolve(code ?? 1);
    });
  });
}

/** What the developer set for an own server must not reach the ones that tests start. */
function cleanEnvironment() {
  const ours =
    /^(CHATAPI_|DATABASE_|REDIS_URL$|ADMIN_API_KEY$|ENCRYPTION_KEYS$|PORT$|HOST$|DEFAULT_PROVIDERS$|NODE_ENV$|TEST_TOGETHER$)/;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  // CommonJS that requires NestJS' ESM works on Node 20 and warns each time.
  const options = `${process.env.NODE_OPTIONS ?? ''} --disable-warning=ExperimentalWarning`.trim();
  return { ...Object.fromEntries(kept), NODE_OPTIONS: options };
}

/** Adds up a run; a file that could not even be loaded counts as one failed test. */
function count(report, total) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    // jest ended without a report: its exit code tells.
    return;
  }
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  total.skipped += result.numPendingTests + result.numTodoTests;
}

process.exitCode = await main();

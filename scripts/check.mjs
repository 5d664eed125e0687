// npm run check [-- --no-unit]: everything that needs no server, two at a time; prints what each said when it has ended.
// Without unit tests where `npm test`, which runs them too, comes next.
import { spawn } from 'node:child_process';
import { root } from './dist.mjs';

/** The longest first. */
const TASKS = ['test:unit', 'types', 'boundaries', 'sdk:types:check', 'size', 'format:check', 'lint'];
const AT_ONCE = 2;

const failed = [];
const waiting = TASKS.filter((task) => task !== 'test:unit' || !process.argv.includes('--no-unit'));

async function work() {
  for (let task = waiting.shift(); task; task = waiting.shift()) {
    const { status, output } = await run(task);
    console.log(`── ${task}${status === 0 ? '' : ': FAILED'}\n${output.trimEnd()}`);
    if (status !== 0) failed.push(task);
  }
}

function run(task) {
  const shell = process.platform === 'win32';
  const child = spawn('npm', ['run', '--silent', task], { cwd: root, shell, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: 1, output: error.message }));
    child.once('close', (status) => resolve({ status, output }));
  });
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

// node cli-host.mjs <run-command.js>: does many commands in one process, each with a world of its own: environment, home,
// standard input and outputs. Starting Node for each would take longer than most of them do.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const { runCommand } = await import(pathToFileURL(process.argv[2]).href);
/** Commands on the server itself are run as processes. */
const NO_WIRING = { modules: async () => {}, documents: async () => ({}) };
const worlds = new AsyncLocalStorage();
const { env, stdin } = process;
const cwd = process.cwd.bind(process);

Object.defineProperty(process, 'env', { get: () => worlds.getStore()?.env ?? env });
Object.defineProperty(process, 'stdin', { get: () => worlds.getStore()?.stdin ?? stdin });
process.cwd = () => worlds.getStore()?.home ?? cwd();
for (const name of ['stdout', 'stderr']) {
  const write = process[name].write.bind(process[name]);
  process[name].write = (chunk, ...rest) => {
    const world = worlds.getStore();
    if (!world) return write(chunk, ...rest);
    world[name].push(Buffer.from(chunk));
    rest.find((one) => typeof one === 'function')?.();
    return true;
  };
}
// Each command listens for Ctrl-C.
process.setMaxListeners(0);
process.on('disconnect', () => process.exit());
process.on('message', async ({ id, args, home, input, ...given }) => {
  const world = { home, env: given.env, stdin: Readable.from([Buffer.from(input)]), stdout: [], stderr: [] };
  const { code, text } = await worlds.run(world, () => runCommand(args, NO_WIRING));
  if (text !== '') world.stderr.push(Buffer.from(`${text}\n`));
  const [stdout, stderr] = [world.stdout, world.stderr].map((parts) => Buffer.concat(parts).toString());
  process.send({ id, code, stdout, stderr });
});
process.send({ id: 0 });

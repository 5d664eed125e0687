import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../platform/common/free-port.js';
import type { Config } from '../platform/config/config.js';
import { environment } from '../platform/config/environment.js';
import { StartFailure } from '../platform/config/failure.js';
import { serverAddress } from '../platform/config/server-address.js';

/** A server that a command talks to. */
export interface Server {
  url: string;
  /** Was it running already? */
  found: boolean;
  /** Stops it if it was started here. */
  stop(): Promise<void>;
}

const START_MS = 60_000;

/**
 * The server that runs on the data directory, or answers at HOST and PORT, or else one that is started for the command, on
 * any free port.
 * @throws StartFailure when the one that answers has another admin key
 */
export async function reachServer(config: Config): Promise<Server> {
  const host = ['0.0.0.0', '::'].includes(config.host) ? 'localhost' : config.host;
  const own = config.dataDir === undefined ? undefined : serverAddress(config.dataDir);
  const url = own ?? `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`;
  if ((own === undefined && config.port === 0) || !(await isChatApi(url))) return startServer();
  if (!(await takesAdminKey(url, config.adminApiKey))) {
    throw new StartFailure(
      `The server at ${url} has another admin key. Set ADMIN_API_KEY, or CHATAPI_DATA_DIR to its data directory; or set PORT to where nothing runs, and one is started.`,
    );
  }
  return { url, found: true, stop: () => Promise.resolve() };
}

async function takesAdminKey(url: string, key: string): Promise<boolean> {
  const { status } = await fetch(`${url}/api/v1/clients?limit=1`, { headers: { authorization: `Bearer ${key}` } });
  return status !== 401;
}

async function isChatApi(url: string): Promise<boolean> {
  const health = await ask(`${url}/health`);
  return typeof health?.version === 'string' && typeof health.checks === 'object';
}

async function ask(url: string): Promise<Record<string, unknown> | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    return (await answer.json()) as Record<string, unknown>;
  } catch {
    return null;
  }
}

async function startServer(): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL('../main.js', import.meta.url))], {
    // Over the channel it notices when this command is killed, and stops too.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // What commands tell it to call (an SMTP server, a webhook) is on this machine.
    env: {
      ...environment(),
      PORT: String(port),
      HOST: '127.0.0.1',
      EGRESS_ALLOW_PRIVATE: 'loopback',
      LOG_LEVEL: 'warn',
    },
  });
  let complaints = '';
  child.stderr!.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2_000)));
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MS;
  while ((await ask(`${url}/health/ready`))?.status !== 'ok') {
    if (child.exitCode !== null) throw new StartFailure(`The server did not start. ${complaints.trim()}`);
    if (Date.now() > deadline) {
      await end(child);
      throw new StartFailure(`The server was not ready within ${START_MS / 1000} s. ${complaints.trim()}`);
    }
    await sleep(50);
  }
  return { url, found: false, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

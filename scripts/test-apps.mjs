// The applications that files of tests share, each with a database of its own: one for each of jest's workers, which run
// one file at a time. The first file that asks for it starts it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './dist.mjs';

/** What every application of a run is set to, so that several of them can be one cluster. */
const settings = {
  ADMIN_API_KEY: randomBytes(32).toString('hex'),
  ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  EGRESS_ALLOW_PRIVATE: 'loopback',
  // What a test left hanging is broken off after ten seconds.
  SHUTDOWN_TIMEOUT_MS: '15000',
};

/**
 * `makeDatabase(name)` resolves with its URL; what they write is kept in `dir`. Answers `GET /<worker>` with the place of
 * its application (test/support/shared-process.ts asks). `stop` resolves with what is to be said against how they ended.
 */
export async function startApps(dir, makeDatabase) {
  const started = [];
  const byWorker = new Map();

  const appOf = (worker) => {
    const known = byWorker.get(worker);
    if (known && !known.hasEnded()) return known.ready;
    const app = new App(join(dir, `app-${started.length}.log`));
    started.push(app);
    byWorker.set(worker, app);
    return (app.ready = makeDatabase(`shared_${started.length}`).then((url) => app.start(url)));
  };

  const server = createServer((request, response) => {
    appOf(request.url.slice(1)).then(
      (place) => response.end(JSON.stringify(place)),
      (error) => response.writeHead(500).end(error.message),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const stop = async () => {
    server.close();
    server.closeAllConnections();
    return (await Promise.all(started.splice(0).map((app) => app.stop()))).filter(Boolean);
  };
  const env = {
    TEST_APPS_URL: `http://127.0.0.1:${server.address().port}`,
    TEST_APP_SETTINGS: JSON.stringify(settings),
  };
  return { env, stop };
}

class App {
  constructor(output) {
    this.output = output;
  }

  async start(databaseUrl) {
    const log = openSync(this.output, 'w');
    // In a group of its own: Ctrl-C must end the tests before it ends this. By the channel it learns of our own end.
    this.child = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
      cwd: root,
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_FORMAT: 'json',
        DATABASE_URL: databaseUrl,
        ...settings,
      },
    });
    this.ended = once(this.child, 'exit');
    while (!this.hasEnded()) {
      const url = /"url":"(http:[^"]+)".* is ready\./.exec(this.written())?.[1];
      if (url) return { url, database_url: databaseUrl, output: this.output };
      await sleep(50);
    }
    throw new Error(`The shared application ended before it was ready:\n${this.written()}`);
  }

  hasEnded() {
    return Boolean(this.child) && (this.child.exitCode !== null || this.child.signalCode !== null);
  }

  written() {
    return readFileSync(this.output, 'utf8');
  }

  /** Of one that ended by itself, too. */
  async stop() {
    await this.ready.catch(() => undefined);
    if (!this.hasEnded()) this.child?.kill('SIGTERM');
    const [code, signal] = (await this.ended) ?? [];
    if (code === 0) return undefined;
    const last = this.ended ? this.written().trimEnd().split('\n').slice(-60).join('\n') : '';
    return `A shared application did not stop in order: ${code ?? signal}.\n${last}`;
  }
}

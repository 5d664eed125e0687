import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { logger } from './platform/common/logger.js';
import type { Config } from './platform/config/config.js';
import { StartFailure } from './platform/config/failure.js';
import { startEmbeddedPostgres } from './platform/database/embedded/embedded-postgres.js';

/** ChatAPI as it runs in this process. */
export interface Running {
  app: NestFastifyApplication;
  /** With the address of the embedded PostgreSQL, where there is one. */
  config: Config;
  /** Where it listens, such as http://127.0.0.1:8000. */
  url: string;
  /**
   * Finishes what was accepted, then stops everything that was started.
   * @returns false when that took longer than SHUTDOWN_TIMEOUT_MS; PostgreSQL is stopped all the same.
   */
  stop(): Promise<boolean>;
}

/**
 * Starts everything, in this order: PostgreSQL (embedded mode), the schema, the application, the listener. What was
 * started is stopped again when a later step fails.
 * @param onLost this process lost its place in the database and must stop
 */
export async function start(config: Config, onLost: (reason: string) => void): Promise<Running> {
  const undo: (() => Promise<unknown>)[] = [];
  const stopRest = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  const loading = load();
  // Nobody waits for it when PostgreSQL does not start.
  loading.catch(() => undefined);
  try {
    if (config.dataDir !== undefined) {
      const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, onLost });
      undo.push(() => postgres.stop());
      if (postgres.adopted) logger.warn('Took over the PostgreSQL that a killed process left running.');
      config = config.withDatabase(postgres.url);
    }
    const { prepareDatabase, createApp } = await loading;
    const place = await prepareDatabase(config, onLost);
    undo.push(() => place.release());
    const app = await createApp(config);
    const close = once(() => app.close());
    undo.push(close);
    const url = await listen(app, config);
    const stop = once(async () => {
      undo.pop();
      const inTime = await within(config.shutdownTimeoutMs, close());
      await stopRest();
      return inTime;
    });
    return { app, config, url, stop };
  } catch (error) {
    await stopRest();
    throw error;
  }
}

/** Most of the program. It takes this thread as long to load as PostgreSQL, another process, takes to start. */
async function load() {
  const [{ prepareDatabase }, { createApp }] = await Promise.all([
    import('./platform/database/prepare.js'),
    import('./app.js'),
  ]);
  return { prepareDatabase, createApp };
}

/**
 * Connections that the system completes before they are taken here. With Node's 511 what comes beyond, when thousands come back
 * at once, is dropped or reset; the system's own bound (Linux: net.core.somaxconn, 4096) may be lower than this.
 */
const BACKLOG = 8_192;

async function listen(app: NestFastifyApplication, config: Config): Promise<string> {
  const { host, port } = config;
  try {
    await app.listen({ port, host, backlog: BACKLOG });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new StartFailure(
        `PORT ${port} on ${host} is taken by another program. Stop that, or set PORT to a free one (0 takes any).`,
      );
    if (code === 'EACCES')
      throw new StartFailure(`PORT ${port} on ${host} may not be used by this user. Set PORT to one above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartFailure(
        `HOST ${host} is not an address of this machine. Set HOST to 127.0.0.1, 0.0.0.0 or one that is.`,
      );
    throw error;
  }
  return app.getUrl();
}

/** Did it end in time? Failures are told of and count as an end. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const ended = work.then(
    () => true,
    (error: unknown) => {
      logger.error({ err: error }, 'The application did not close cleanly.');
      return true;
    },
  );
  return Promise.race([ended, timeout]).finally(() => clearTimeout(timer));
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

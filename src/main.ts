import 'reflect-metadata';
import { configureLogger, logger } from './platform/common/logger.js';
import { loadConfig } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';
import { errorReports } from './platform/tracing/error-reports.js';
import { startErrorReports } from './platform/tracing/start-error-reports.js';
import { keepServerAddress } from './platform/config/server-address.js';
import { StartFailure } from './platform/config/failure.js';
import { start, type Running } from './start.js';

// One process of ChatAPI. SIGTERM and SIGINT stop it in order (exit code 0, or 1 when that takes too long); a second
// signal ends it at once. Our own handlers: Nest's would raise the signal again before PostgreSQL is stopped.

/** The exit code that a stop was asked for with. */
let stopping: number | undefined;
const starting = begin();

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping !== undefined) {
      logger.fatal({ signal }, 'Ended at once by a second signal.');
      process.exit(1);
    }
    logger.info({ signal }, 'Stopping.');
    void stop(0);
  });
}
// The command that started this process for itself, over a channel, has ended, however that came.
process.once('disconnect', () => void stop(0));
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    logger.fatal({ err: error }, 'An error that nobody handled: stopping.');
    void stop(1);
  });
}

starting.then(
  async (running) => {
    if (stopping !== undefined) return; // nobody is to be told that what stops is ready
    const { config, url } = running;
    if (config.mode === 'embedded') {
      if (config.dataDir !== undefined && config.servesApi()) keepServerAddress(config.dataDir, url);
      const { welcome } = await import('./welcome.js');
      process.stdout.write(`${(await welcome(running)).join('\n')}\n`);
    } else logger.info({ url, mode: config.mode }, config.servesApi() ? 'ChatAPI is ready.' : 'The worker is ready.');
  },
  async (error: unknown) => {
    if (error instanceof StartFailure) process.stderr.write(`ChatAPI cannot start: ${error.message}\n`);
    else logger.fatal({ err: error }, 'ChatAPI cannot start.');
    await errorReports?.flush();
    process.exit(1);
  },
);

async function begin(): Promise<Running> {
  // For errors that come before the configuration is known.
  configureLogger({ logLevel: 'info', logFormat: process.stdout.isTTY ? 'pretty' : 'json' });
  const config = loadConfig(environment(), process.argv.slice(2));
  configureLogger(config);
  await startErrorReports(config);
  // It loads most of the program only now: a wrong setting is refused at once, and a signal meanwhile finds its handler.
  return start(config, (reason) => {
    logger.fatal({ reason }, 'This process lost its place in the database: stopping.');
    void stop(1);
  });
}

async function stop(exitCode: number): Promise<void> {
  if (stopping !== undefined) return;
  stopping = exitCode;
  // A signal during the start takes effect when there is something to stop; a failing start ends the process itself.
  const running = await starting;
  const inTime = await running.stop();
  if (!inTime) logger.fatal('Work in hand did not end within SHUTDOWN_TIMEOUT_MS: ended without it.');
  await errorReports?.flush();
  process.exit(inTime ? exitCode : 1);
}

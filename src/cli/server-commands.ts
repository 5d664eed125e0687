import { mkdir, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Config } from '../platform/config/config.js';
import { environment } from '../platform/config/environment.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What only the wiring of the whole may load. */
export interface Wiring {
  /** Loads every module. */
  modules(): Promise<unknown>;
  /** The text of each document of the API, by its file name. */
  documents(): Promise<Record<string, string>>;
}

/** What is done to the server itself, beside its database: takes the settings of the server, and no key. */
export function registerServerCommands(program: Command, wiring: Wiring): void {
  const command = (name: string, does: string, work: () => Promise<void>): void => {
    program.command(name).description(does).helpGroup('Of the server, with its own settings:').action(work);
  };
  command('migrate', 'brings the database schema up to date', async () => {
    const config = await load();
    const { migrate } = await import('../platform/database/migrate.js');
    await withDatabase(config, async (url) => {
      const done = await migrate(url);
      for (const name of done) say(`applied ${name}`);
      if (done.length === 0) say('The schema is up to date.');
    });
  });
  command('migrate:down', 'undoes the latest migration', async () => {
    const config = await load();
    const { revertMigration } = await import('../platform/database/migrate.js');
    await withDatabase(config, async (url) => {
      const name = await revertMigration(url);
      say(name === undefined ? 'There is no migration to undo.' : `undid ${name}`);
    });
  });
  command('epoch:advance', 'says that history was rewound: after a restore into the same PostgreSQL', async () => {
    const config = await load();
    const { advanceEpoch } = await import('../platform/database/advance-epoch.js');
    await besideServer(config, async ({ databaseUrl }) => {
      say(`Epochs begin with ${await advanceEpoch(databaseUrl)} from now on: clients read their rooms anew.`);
    });
  });
  command('ledger:check', 'proves the ledger against the deliveries themselves; fails with the differences', async () =>
    withLedger(await load(), false),
  );
  command('ledger:repair', 'makes the counts of deliveries what the rows say', async () =>
    withLedger(await load(), true),
  );
  command('keys:rotate', 'encrypts all secrets with the first of ENCRYPTION_KEYS, while the service runs', async () => {
    const config = await load();
    // Rooms declare where they keep secrets.
    await wiring.modules();
    const { rotateAllKeys } = await import('./rotate-keys.js');
    await besideServer(config, (there) => rotateAllKeys(there, say));
  });
  command('env-example', 'prints .env.example from the list of settings', async () => {
    const { envExample } = await import('../platform/config/env-example.js');
    process.stdout.write(envExample());
  });
  command('api', 'writes docs/api/, the documents of the API, from the code', async () => {
    await import('reflect-metadata');
    await mkdir('docs/api', { recursive: true });
    for (const [name, text] of Object.entries(await wiring.documents())) {
      await writeFile(`docs/api/${name}`, text);
      say(`wrote docs/api/${name}`);
    }
  });
  command('seed', 'fills the demo client with users and conversations to look at', async () => {
    const config = await load();
    const { seed } = await import('./seed.js');
    await seed(config, say);
  });
  command('demo', 'does the main job from end to end and shows each step', async () => {
    const config = await load();
    const { demo } = await import('./demo/demo.js');
    await demo(config, say);
  });
}

/** The settings, for commands that need them; and what the modules of the server need to be loaded. */
async function load(): Promise<Config> {
  await import('reflect-metadata');
  const { loadConfig } = await import('../platform/config/config.js');
  const { configureLogger } = await import('../platform/common/logger.js');
  const config = loadConfig(environment());
  configureLogger(config);
  return config;
}

/** In embedded mode PostgreSQL is started for as long as the work takes. */
async function withDatabase(config: Config, work: (url: string) => Promise<void>): Promise<void> {
  if (config.dataDir === undefined) return work(config.databaseUrl);
  const { startEmbeddedPostgres } = await import('../platform/database/embedded/embedded-postgres.js');
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  try {
    await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

async function withLedger(config: Config, repair: boolean): Promise<void> {
  const { ledgerCheck } = await import('./ledger.js');
  await besideServer(config, (there) => ledgerCheck(there, repair, say));
}

/** On the database of the service, whether it runs or not. */
async function besideServer(config: Config, work: (config: Config) => Promise<void>): Promise<void> {
  if (config.dataDir !== undefined) {
    const { runningServer } = await import('../platform/database/embedded/running-server.js');
    const url = await runningServer(config.dataDir);
    if (url !== null) return work(config.withDatabase(url));
  }
  await withDatabase(config, (url) => work(config.withDatabase(url)));
}

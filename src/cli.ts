import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { configureLogger } from './platform/common/logger.js';
import { loadConfig } from './platform/config/config.js';
import type { Config } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';
import { StartFailure } from './platform/config/failure.js';

interface Command {
  /** One line for the list of commands. */
  does: string;
  /** `load` reads the configuration, for those that need it. */
  run(load: () => Config): Promise<void>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const COMMANDS: Record<string, Command> = {
  migrate: {
    does: 'brings the database schema up to date',
    run: async (load) => {
      const { migrate } = await import('./platform/database/migrate.js');
      await withDatabase(load(), async (url) => {
        const done = await migrate(url);
        for (const name of done) say(`applied ${name}`);
        if (done.length === 0) say('The schema is up to date.');
      });
    },
  },
  'migrate:down': {
    does: 'undoes the latest migration',
    run: async (load) => {
      const { revertMigration } = await import('./platform/database/migrate.js');
      await withDatabase(load(), async (url) => {
        const name = await revertMigration(url);
        say(name === undefined ? 'There is no migration to undo.' : `undid ${name}`);
      });
    },
  },
  'epoch:advance': {
    does: 'says that history was rewound: after a restore into the same PostgreSQL',
    run: async (load) => {
      const { advanceEpoch } = await import('./platform/database/advance-epoch.js');
      await withDatabase(load(), async (url) => {
        say(`Epochs begin with ${await advanceEpoch(url)} from now on: clients read their rooms anew.`);
      });
    },
  },
  'ledger:check': {
    does: 'proves the ledger against the deliveries themselves; fails with the differences',
    run: (load) => withLedger(load(), false),
  },
  'ledger:repair': {
    does: 'makes the counts of deliveries what the rows say',
    run: (load) => withLedger(load(), true),
  },
  'keys:rotate': {
    does: 'encrypts all secrets with the first of ENCRYPTION_KEYS, while the service runs',
    run: async (load) => {
      // Rooms declare where they keep secrets.
      await import('./app.module.js');
      const { rotateAllKeys } = await import('./cli/rotate-keys.js');
      await besideServer(load(), (config) => rotateAllKeys(config, say));
    },
  },
  'env-example': {
    does: 'prints .env.example from the list of settings',
    run: async () => {
      const { envExample } = await import('./platform/config/env-example.js');
      process.stdout.write(envExample());
    },
  },
  api: {
    does: 'writes docs/api/, the documents of the API, from the code',
    run: async () => {
      const { apiDocuments } = await import('./api-documents.js');
      await mkdir('docs/api', { recursive: true });
      for (const [name, text] of Object.entries(await apiDocuments())) {
        await writeFile(`docs/api/${name}`, text);
        say(`wrote docs/api/${name}`);
      }
    },
  },
  seed: {
    does: 'fills the demo client with users and conversations to look at',
    run: async (load) => {
      const { seed } = await import('./cli/seed.js');
      await seed(load(), say);
    },
  },
  demo: {
    does: 'does the main job from end to end and shows each step',
    run: async (load) => {
      const { demo } = await import('./cli/demo/demo.js');
      await demo(load(), say);
    },
  },
};

/** In embedded mode PostgreSQL is started for as long as the work takes. */
async function withDatabase(config: Config, work: (url: string) => Promise<void>): Promise<void> {
  if (config.dataDir === undefined) return work(config.databaseUrl);
  const { startEmbeddedPostgres } = await import('./platform/database/embedded/embedded-postgres.js');
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  try {
    await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

async function withLedger(config: Config, repair: boolean): Promise<void> {
  const { ledgerCheck } = await import('./cli/ledger.js');
  await besideServer(config, (there) => ledgerCheck(there, repair, say));
}

/** On the database of the service, whether it runs or not. */
async function besideServer(config: Config, work: (config: Config) => Promise<void>): Promise<void> {
  if (config.dataDir !== undefined) {
    const { runningServer } = await import('./platform/database/embedded/running-server.js');
    const url = await runningServer(config.dataDir);
    if (url !== null) return work(config.withDatabase(url));
  }
  await withDatabase(config, (url) => work(config.withDatabase(url)));
}

async function main([name = '', ...args]: string[]): Promise<void> {
  const command = COMMANDS[name];
  if (!command) {
    const list = Object.entries(COMMANDS).map(([known, { does }]) => `  ${known.padEnd(15)}${does}`);
    throw new StartFailure(`${name === '' ? 'Name a command' : `There is no command ${name}`}:\n${list.join('\n')}`);
  }
  await command.run(() => {
    const config = loadConfig(environment(), args);
    configureLogger(config);
    return config;
  });
}

// Who reads along has enough (`npm run demo | head`).
process.stdout.on('error', () => process.exit(1));

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const known = error instanceof StartFailure;
    process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exit(1);
  },
);

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.js';
import { configureLogger } from '../../src/platform/common/logger.js';
import { loadConfig } from '../../src/platform/config/config.js';
import { prepareDatabase } from '../../src/platform/database/prepare.js';
import { Api, TEST_SETTINGS, type TestAppOptions } from './app.js';
import { TestDatabase } from './postgres.js';

/** The application inside of the test's process, whose parts a test drives or watches. For what can't be seen from outside. */
export class NestApp extends Api {
  private constructor(
    readonly nest: NestFastifyApplication,
    url: string,
    readonly database: TestDatabase,
    private readonly release: () => Promise<void>,
  ) {
    super(url);
  }

  static async start({ env = {}, database: given }: Omit<TestAppOptions, 'dataDir'> = {}): Promise<NestApp> {
    const database = given ?? (await TestDatabase.create());
    const config = loadConfig({
      ...TEST_SETTINGS,
      DATABASE_URL: database.url,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'fatal',
      LOG_FORMAT: 'json',
      ...env,
    });
    configureLogger(config);
    const place = await prepareDatabase(config, () => {});
    const nest = await createApp(config);
    await nest.listen(0, '127.0.0.1');
    return new NestApp(nest, await nest.getUrl(), database, async () => {
      await nest.close();
      await place.release();
      if (!given) await database.drop();
    });
  }

  /** Something of the application itself. */
  get<T>(token: Token<T>): T {
    return this.nest.get(token as never, { strict: false }) as T;
  }

  /** Rows of one statement in its database. */
  sql<T = any>(text: string, params: unknown[] = []): Promise<T[]> {
    return this.database.query<T>(text, params);
  }

  async stop(): Promise<void> {
    await this.release();
  }
}

/** A class, also one whose constructor is private. */
type Token<T> = Function & { prototype: T };

import { Global, Module } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from './database.js';
import { Installation } from './installation.js';
import { RedisConnections } from './redis.js';

/** Offers {@link Database}, {@link Installation} and {@link RedisConnections} to everybody. Closed last of all. */
@Global()
@Module({
  providers: [
    { provide: Database, useFactory: (config: Config) => Database.connect(config), inject: [Config] },
    { provide: Installation, useFactory: (database: Database) => database.installation, inject: [Database] },
    { provide: RedisConnections, useFactory: (config: Config) => new RedisConnections(config), inject: [Config] },
  ],
  exports: [Database, Installation, RedisConnections],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly redis: RedisConnections,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.redis.close();
    await this.database.close();
  }
}

import { Global, Module } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Config } from '../config/config.js';
import { Database, dataSourceOptions, newInstallation, openDataSource } from './database.js';
import { Installation } from './installation.js';
import { RedisConnections } from './redis.js';

/**
 * Offers {@link Database}, {@link Installation} and {@link RedisConnections} to everybody. Closed last of all. Entities
 * are those that the rooms' modules list.
 */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Config, Installation],
      useFactory: (config: Config, installation: Installation) => ({
        ...dataSourceOptions(config, installation),
        autoLoadEntities: true,
        // The start has reached the server already: what fails now is told at once.
        retryAttempts: 0,
      }),
      dataSourceFactory: (options) => openDataSource(options!),
    }),
  ],
  providers: [
    { provide: Installation, useFactory: newInstallation },
    {
      provide: Database,
      useFactory: (source: DataSource, installation: Installation) => Database.over(source, installation),
      inject: [DataSource, Installation],
    },
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

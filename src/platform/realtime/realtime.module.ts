import { Global, Module } from '@nestjs/common';
import { Cluster } from './cluster.js';
import { EventRegistry } from './event.registry.js';
import { RealtimePublisher } from './realtime.publisher.js';

/**
 * Offers the {@link RealtimePublisher} and the {@link EventRegistry} to everybody, in processes without sockets too.
 * How events are declared, kept and told: event.ts.
 */
@Global()
@Module({
  providers: [Cluster, EventRegistry, RealtimePublisher],
  exports: [Cluster, EventRegistry, RealtimePublisher],
})
export class RealtimeModule {}

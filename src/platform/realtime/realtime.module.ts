import { Global, Module } from '@nestjs/common';
import { Cluster } from './cluster.js';
import { ConnectionEnds } from './connection-ends.js';
import { EventRegistry } from './event.registry.js';
import { Nodes } from './nodes.js';
import { RealtimePublisher } from './realtime.publisher.js';

/**
 * Offers the {@link RealtimePublisher}, the {@link EventRegistry} and the {@link ConnectionEnds} to everybody, in
 * processes without sockets too.
 * How events are declared, kept and told: event.ts.
 */
@Global()
@Module({
  providers: [Cluster, ConnectionEnds, EventRegistry, Nodes, RealtimePublisher],
  exports: [Cluster, ConnectionEnds, EventRegistry, Nodes, RealtimePublisher],
})
export class RealtimeModule {}

import { Global, Module } from '@nestjs/common';
import { Cluster } from './cluster.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Offers the {@link RealtimePublisher} to everybody, in processes without sockets too. */
@Global()
@Module({
  providers: [RealtimePublisher, Cluster],
  exports: [RealtimePublisher, Cluster],
})
export class RealtimeModule {}

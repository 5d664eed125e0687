import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ConnectionStarts } from './connection-starts.js';
import { RateCounter } from './rate-counter.js';
import { SocketEvents } from './socket-events.js';

/** Who asks, what a route or an event declares about it, and the counter behind every limit. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [ConnectionStarts, RateCounter, SocketEvents],
  exports: [ConnectionStarts, RateCounter, SocketEvents],
})
export class AccessModule {}

import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RateCounter } from './rate-counter.js';
import { SocketEvents } from './socket-events.js';

/** Who asks, what a route or an event declares about it, and the counter behind every limit. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [RateCounter, SocketEvents], exports: [RateCounter, SocketEvents] })
export class AccessModule {}

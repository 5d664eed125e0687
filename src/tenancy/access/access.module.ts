import { Global, Module } from '@nestjs/common';
import { RateCounter } from './rate-counter.js';

/** Who asks, what a route or an event declares about it, and the counter behind every limit. */
@Global()
@Module({ providers: [RateCounter], exports: [RateCounter] })
export class AccessModule {}

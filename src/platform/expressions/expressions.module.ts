import { Global, Module } from '@nestjs/common';
import { Expressions } from './expressions.js';

/** Offers {@link Expressions} to everybody: JSONata that clients wrote, worked out apart and bounded. */
@Global()
@Module({ providers: [Expressions], exports: [Expressions] })
export class ExpressionsModule {}

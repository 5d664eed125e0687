import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { startTracing, Tracing } from './tracing.js';

/** Switches tracing on before anything else works, where it is asked for. Who makes spans imports {@link tracer}. */
@Module({ providers: [{ provide: Tracing, useFactory: startTracing, inject: [Config] }] })
export class TracingModule {}

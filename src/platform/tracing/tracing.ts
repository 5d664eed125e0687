import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { packageVersion } from '../config/version.js';
import type { Exported, Exporting } from './exporting.js';
import { useTracer } from './tracer.js';

/** What a stop waits for a receiver of traces at most. */
const FLUSH_MS = 2_000;

let hear: Exported = () => undefined;

/** Tells of batches that were exported, or were not: a room above this one counts and logs them. One listener. */
export function onExported(listener: Exported): void {
  hear = listener;
}

/** Tracing as it is switched on in this process. */
export class Tracing implements OnApplicationShutdown {
  constructor(private readonly exporting: Exporting) {
    useTracer(exporting.tracer);
  }

  /** What else stops has stopped by then. */
  async onApplicationShutdown(): Promise<void> {
    useTracer(null);
    const flushed = this.exporting.stop().catch(() => undefined);
    await Promise.race([flushed, sleep(FLUSH_MS, undefined, { ref: false })]);
  }
}

/** @returns null where tracing is off: nothing of OpenTelemetry is loaded then */
export async function startTracing(config: Config): Promise<Tracing | null> {
  if (config.otlpEndpoint === undefined) return null;
  const { exportTraces } = await import('./exporting.js');
  return new Tracing(exportTraces(config, packageVersion(), (spans, error) => hear(spans, error)));
}

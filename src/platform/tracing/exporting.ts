import { hostname } from 'node:os';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.js';
import { OtelTracer } from './otel.js';
import { samplerOf } from './sampling.js';
import type { Tracer } from './tracer.js';

/** Spans that wait at most, about a kilobyte each: what comes beyond is dropped, and nobody waits. */
const MAX_WAITING = 8_192;
const MAX_BATCH = 512;
const EVERY_MS = 1_000;
/** Of one export, its repeats included. */
const EXPORT_MS = 10_000;

/** Ids, routes and codes are shorter, and of few; what a caller may have named is cut. */
const SPAN_LIMITS = { attributeValueLengthLimit: 256, attributeCountLimit: 32, linkCountLimit: 100 };

type Settings = Pick<
  Config,
  'otlpEndpoint' | 'otlpHeaders' | 'otelServiceName' | 'otelResource' | 'tracesSampler' | 'tracesSamplerArg' | 'role'
>;

/** How an export ended, of so many spans. */
export type Exported = (spans: number, error: Error | undefined) => void;

export interface Exporting {
  tracer: Tracer;
  /** Hands over what waits. Ends when that is done or has failed; who is in a hurry need not wait for it. */
  stop(): Promise<void>;
}

/** Spans are made, gathered, and sent to OTLP/HTTP in the background. @param exported called after each batch */
export function exportTraces(config: Settings, version: string, exported: Exported): Exporting {
  const exporter = new OTLPTraceExporter({
    url: `${config.otlpEndpoint}${config.otlpEndpoint!.endsWith('/') ? '' : '/'}v1/traces`,
    headers: { ...config.otlpHeaders },
    timeoutMillis: EXPORT_MS,
  });
  const processor = new BatchSpanProcessor({
    exporter: told(exporter, exported),
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: MAX_BATCH,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: EXPORT_MS,
  });
  const provider = providerOf(config, version, processor);
  return { tracer: new OtelTracer(provider.getTracer('chatapi', version)), stop: () => provider.shutdown() };
}

/** Decides what is kept, and bounds what stands on it. @param processor gets what is kept */
export const providerOf = (config: Settings, version: string, processor: SpanProcessor): TracerProvider =>
  new TracerProvider({
    sampler: samplerOf(config),
    spanLimits: SPAN_LIMITS,
    resource: resourceFromAttributes({
      'service.version': version,
      'service.instance.id': `${hostname()}-${process.pid}`,
      'chatapi.role': config.role,
      ...config.otelResource,
      'service.name': config.otelServiceName ?? config.otelResource?.['service.name'] ?? 'chatapi',
    }),
    spanProcessors: [processor],
  });

/** The same exporter, whose results somebody hears of. */
function told(exporter: SpanExporter, exported: Exported): SpanExporter {
  return {
    export: (spans: ReadableSpan[], done) =>
      exporter.export(spans, (result) => {
        exported(spans.length, result.code === 0 ? undefined : (result.error ?? new Error('not exported')));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush!() }),
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';
import {
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as OtelSpan,
  type SpanContext,
  type Tracer as OtelMaker,
} from '@opentelemetry/api';
import type { Attributes, Carrier, Span, SpanOptions, Tracer } from './tracer.js';

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const MAX_TRACEPARENT = 256;
const MAX_TRACESTATE = 512;

/** Reads what came from outside. @returns undefined for what is no trace: then a new one begins */
export function readCarrier({ traceparent, tracestate }: Carrier): SpanContext | undefined {
  if (typeof traceparent !== 'string' || traceparent.length > MAX_TRACEPARENT) return undefined;
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(traceparent.trim()) ?? [];
  // Later versions may say more; they are read as far as they are the same.
  if (traceId === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  const traceFlags = Number.parseInt(flags!, 16) & TraceFlags.SAMPLED;
  const state = Array.isArray(tracestate) ? tracestate.join(',') : tracestate;
  const context: SpanContext = {
    traceId,
    spanId: spanId!,
    traceFlags,
    isRemote: true,
    ...(state && state.length <= MAX_TRACESTATE && { traceState: createTraceState(state) }),
  };
  return isSpanContextValid(context) ? context : undefined;
}

const KINDS: Record<SpanOptions['kind'], SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

const asCarrier = (of: Carrier | string): Carrier => (typeof of === 'string' ? { traceparent: of } : of);

class TracedSpan implements Span {
  readonly context: Context;
  private readonly ids: SpanContext;

  constructor(private readonly span: OtelSpan) {
    this.context = trace.setSpan(ROOT_CONTEXT, span);
    this.ids = span.spanContext();
  }

  get traceId(): string {
    return this.ids.traceId;
  }

  get spanId(): string {
    return this.ids.spanId;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.ids;
    return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
  }

  headers(): Record<string, string> {
    const state = this.ids.traceState?.serialize();
    return { traceparent: this.traceparent, ...(state && { tracestate: state }) };
  }

  set(attributes: Attributes): void {
    if (this.span.isRecording()) this.span.setAttributes(attributes);
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  answered(status: number): void {
    this.set({ 'http.response.status_code': status });
    if (status >= 400) this.failed(String(status));
  }

  failed(type: string): void {
    this.span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.span.end();
  }
}

/** Makes spans by OpenTelemetry's SDK, and knows which one runs. */
export class OtelTracer implements Tracer {
  private readonly running = new AsyncLocalStorage<TracedSpan>();

  constructor(private readonly maker: OtelMaker) {}

  get active(): Span | undefined {
    return this.running.getStore();
  }

  start(name: string, { kind, attributes, parent, since, links = [] }: SpanOptions): Span {
    const linked = links.flatMap((link) => readCarrier({ traceparent: link }) ?? []);
    return new TracedSpan(
      this.maker.startSpan(
        name,
        {
          kind: KINDS[kind],
          ...(attributes && { attributes }),
          ...(since !== undefined && { startTime: since }),
          ...(linked.length > 0 && { links: linked.map((context) => ({ context })) }),
        },
        this.contextOf(parent),
      ),
    );
  }

  within<T>(span: Span, work: () => T): T {
    return this.running.run(span as TracedSpan, work);
  }

  apart<T>(work: () => T): T {
    return this.running.exit(work);
  }

  private contextOf(parent: SpanOptions['parent']): Context {
    if (parent === undefined) return this.running.getStore()?.context ?? ROOT_CONTEXT;
    const given = parent === null ? undefined : readCarrier(asCarrier(parent));
    return given ? trace.setSpanContext(ROOT_CONTEXT, given) : ROOT_CONTEXT;
  }
}

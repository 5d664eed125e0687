/**
 * Traces as the rest of the service sees them. `tracer` is null unless tracing is switched on, so that each door is
 * one comparison when it is off; what makes and exports spans (otel.ts) is not even loaded then.
 *
 * Spans hold what OpenTelemetry's semantic conventions name (http.*, messaging.*, db.*), and ids of ours as chatapi.*;
 * never bodies, addresses, URLs of tenants or secrets.
 */

/** What stands on a span; what is undefined is left out. */
export type Attributes = Record<string, string | number | boolean | undefined>;

export interface SpanOptions {
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  attributes?: Attributes;
  /** What it follows from, where that is not what runs just now; null: nothing. */
  parent?: Carrier | string | null | undefined;
  /** When it began, in milliseconds since 1970, where that was before now. */
  since?: number;
  /** `traceparent`s of others that it is about, too. */
  links?: string[];
}

/** How a trace goes from one process to the next: headers of W3C Trace Context (w3.org/TR/trace-context). */
export interface Carrier {
  traceparent?: string | string[] | undefined;
  tracestate?: string | string[] | undefined;
}

/** One step of a trace, from its start to `end()`. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** For what follows from this, in this process or another. */
  readonly traceparent: string;
  /** For requests to others. */
  headers(): Record<string, string>;
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** @param status of HTTP; from 400 on, the request has failed */
  answered(status: number): void;
  /** @param type what went wrong, of few values; no text of anybody's */
  failed(type: string): void;
  end(): void;
}

export interface Tracer {
  start(name: string, options: SpanOptions): Span;
  /** Runs work as a part of a span: what it begins follows from that, and lines of the log name its trace. */
  within<T>(span: Span, work: () => T): T;
  /** Runs what is nobody's own, such as a batch of many, as a part of no span. */
  apart<T>(work: () => T): T;
  readonly active: Span | undefined;
}

/** null: tracing is off. */
export let tracer: Tracer | null = null;

/** Switches tracing on or, with null, off. */
export function useTracer(one: Tracer | null): void {
  tracer = one;
}

/** Runs work in a span of its own; with tracing off, it is the work and nothing else. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span | null) => Promise<T> | T,
): Promise<T> {
  if (tracer === null) return work(null);
  const span = tracer.start(name, options);
  try {
    return await tracer.within(span, () => work(span));
  } catch (error) {
    span.failed(kindOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** A statement, or the transaction around several, with the wait for the batch that it goes in. */
export const databaseSpan = (operation: string, table: string): SpanOptions => ({
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql', 'db.operation.name': operation, 'db.collection.name': table },
});

/** `traceparent` of what runs just now, to be kept with what follows from it later; null where that is no part of a trace. */
export const traceparentNow = (): string | null => tracer?.active?.traceparent ?? null;

/** Of a `traceparent` that was kept. */
export const traceIdOf = (traceparent: string | null): string | null => traceparent?.split('-')[1] ?? null;

/**
 * A step that is done as it is named: what follows from it later, in whichever process, goes on from it.
 * @param kept of the trace in which it happens, where that is not what runs just now; also the answer where traces are off
 * @returns `traceparent` of the step
 */
export function markStep(name: string, options: SpanOptions, kept: string | null): string | null {
  if (tracer === null) return kept;
  const span = tracer.start(name, options);
  span.end();
  return span.traceparent;
}

/** What error.type says: a code of ours, or the class. */
export function kindOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error';
}

/** Fields of a line of the log that is written in a span. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const active = tracer?.active;
  return active ? { trace_id: active.traceId, span_id: active.spanId } : {};
}

import { until } from './until.js';
import { Receiver } from './receiver.js';

/** A span as it was exported. */
export interface ReceivedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  attributes: Record<string, unknown>;
  links: { traceId: string }[];
  startMs: number;
  endMs: number;
  failed: boolean;
  /** Of the process that made it. */
  resource: Record<string, unknown>;
}

/** By the numbers of OTLP. */
export const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number | string; boolValue?: boolean; doubleValue?: number };
}

const attributesOf = (list: Attribute[] = []): Record<string, unknown> =>
  Object.fromEntries(
    list.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.boolValue ??
        value.doubleValue ??
        (value.intValue === undefined ? undefined : Number(value.intValue)),
    ]),
  );

function spansIn(body: Buffer): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body.toString()) as any;
  return resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    scopeSpans.flatMap(({ spans }: any) =>
      spans.map((span: any) => ({
        name: span.name,
        kind: span.kind,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        attributes: attributesOf(span.attributes),
        links: span.links ?? [],
        startMs: Number(span.startTimeUnixNano) / 1e6,
        endMs: Number(span.endTimeUnixNano) / 1e6,
        failed: span.status?.code === 2,
        resource: attributesOf(resource.attributes),
      })),
    ),
  );
}

/** Takes traces by OTLP over HTTP, in JSON, as any collector does. */
export class Collector {
  private constructor(readonly receiver: Receiver) {}

  static async start(): Promise<Collector> {
    return new Collector(await Receiver.start(() => ({ status: 200, body: '{}' })));
  }

  get url(): string {
    return this.receiver.url;
  }

  get spans(): ReceivedSpan[] {
    return this.receiver.requests.filter(({ path }) => path === '/v1/traces').flatMap(({ body }) => spansIn(body));
  }

  of(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** Waits until the trace has come that far. @returns it whole */
  async trace(traceId: string, isWhole: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]> {
    return until(`the trace ${traceId}`, () => {
      const spans = this.of(traceId);
      return isWhole(spans) && spans;
    });
  }

  stop(): Promise<void> {
    return this.receiver.stop();
  }
}

let made = 0;

/** A trace that a caller brings along. */
export function newTrace(sampled = true): { traceId: string; spanId: string; headers: { traceparent: string } } {
  const traceId = `${Date.now().toString(16)}${process.pid.toString(16)}${(++made).toString(16)}`.padStart(32, 'a');
  const spanId = 'b7ad6b7169203331';
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-0${Number(sampled)}` } };
}

/** The span, then its parent, up to the first of this trace. */
export function upwards(spans: ReceivedSpan[], spanId: string | undefined): ReceivedSpan[] {
  const span = spans.find((one) => one.spanId === spanId);
  return span ? [span, ...upwards(spans, span.parentSpanId)] : [];
}

import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { providerOf } from './exporting.js';
import { OtelTracer, readCarrier } from './otel.js';
import { inSpan, traceFields, traceparentNow, useTracer } from './tracer.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [`00-${TRACE}-${SPAN}-ff`, 1],
    [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be`, 1],
  ])('%s is read', (traceparent, traceFlags) => {
    expect(readCarrier({ traceparent })).toMatchObject({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
  });

  it.each([
    [undefined],
    [''],
    ['00'],
    [`ff-${TRACE}-${SPAN}-01`],
    [`00-${'0'.repeat(32)}-${SPAN}-01`],
    [`00-${TRACE}-${'0'.repeat(16)}-01`],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`],
    [`00-${TRACE}-${SPAN}-01\n`.repeat(2)],
    [`00-${TRACE}-${SPAN}-01-more`],
    [`cc-${TRACE}-${SPAN}-01more`],
    [`cc-${TRACE}-${SPAN}-01-${'x'.repeat(10_000)}`],
    [[`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]],
  ])('%j begins a new trace', (traceparent) => {
    expect(readCarrier({ traceparent })).toBeUndefined();
  });

  it('takes tracestate along, unless it is too long', () => {
    const traceparent = `00-${TRACE}-${SPAN}-01`;
    expect(readCarrier({ traceparent, tracestate: 'a=1,b=2' })?.traceState?.serialize()).toBe('a=1,b=2');
    expect(readCarrier({ traceparent, tracestate: ['a=1', 'b=2'] })?.traceState?.serialize()).toBe('a=1,b=2');
    expect(readCarrier({ traceparent, tracestate: `a=${'x'.repeat(600)}` })?.traceState).toBeUndefined();
  });
});

describe('spans', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = new OtelTracer(provider.getTracer('test'));
  const named = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name)!;

  beforeEach(() => useTracer(tracer));
  afterEach(() => {
    useTracer(null);
    exporter.reset();
  });

  it('follow from what runs, also after a wait, and from nothing where many run together', async () => {
    await inSpan('outer', { kind: 'server', parent: `00-${TRACE}-${SPAN}-01` }, async (outer) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(traceparentNow()).toBe(outer!.traceparent);
      expect(traceFields()).toEqual({ trace_id: TRACE, span_id: outer!.spanId });
      await inSpan('inner', { kind: 'client' }, async () => undefined);
      tracer.apart(() => expect(traceFields()).toEqual({}));
      expect(outer!.headers()).toEqual({ traceparent: outer!.traceparent });
    });
    const [outer, inner] = [named('outer'), named('inner')];
    expect(outer.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN });
    expect(inner.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: outer.spanContext().spanId });
    expect(traceparentNow()).toBeNull();
  });

  it('end with what fails, and say of what kind that was', async () => {
    const fault = Object.assign(new Error('of somebody'), { code: 'not_found' });
    await expect(inSpan('failing', { kind: 'internal' }, () => Promise.reject(fault))).rejects.toBe(fault);
    expect(named('failing')).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'not_found' } });
    expect(JSON.stringify(named('failing').events)).not.toContain('of somebody');
  });

  it('name others that they are about', () => {
    tracer.start('linked', { kind: 'consumer', parent: null, links: [`00-${TRACE}-${SPAN}-01`, 'nonsense'] }).end();
    expect(named('linked').links.map(({ context }) => context.traceId)).toEqual([TRACE]);
    expect(named('linked').spanContext().traceId).not.toBe(TRACE);
  });

  it('are not there when tracing is off: the work is called with nothing around it', async () => {
    useTracer(null);
    expect(await inSpan('none', { kind: 'internal' }, (span) => span)).toBeNull();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('are bounded in what stands on them, whoever named it', () => {
    const settings = { tracesSampler: 'always_on', tracesSamplerArg: 1, role: 'all' } as const;
    const unset = {
      otlpEndpoint: undefined,
      otlpHeaders: undefined,
      otelServiceName: undefined,
      otelResource: undefined,
    };
    const config = { ...settings, ...unset };
    const ours = new OtelTracer(providerOf(config, '1', new SimpleSpanProcessor({ exporter })).getTracer('bounded'));
    const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`a${n}`, 'x'.repeat(10_000)]));
    const links = Array.from({ length: 300 }, () => `00-${TRACE}-${SPAN}-01`);
    ours.start('whole', { kind: 'internal', attributes, links }).end();
    const values = Object.values(named('whole').attributes) as string[];
    expect([values.length, named('whole').links.length]).toEqual([32, 100]);
    expect(new Set(values.map((value) => value.length))).toEqual(new Set([256]));
  });

  it('wait in bounded number where nobody takes them', () => {
    let asked = 0;
    const hanging = { export: () => void asked++, shutdown: async () => undefined };
    const bounded = new BatchSpanProcessor({
      exporter: hanging,
      maxQueueSize: 8,
      maxExportBatchSize: 4,
      exportTimeoutMillis: 10,
    });
    const maker = new OtelTracer(new TracerProvider({ spanProcessors: [bounded] }).getTracer('bounded'));
    for (let at = 0; at < 10_000; at++) maker.start('one', { kind: 'internal' }).end();
    const waiting = (bounded as unknown as { _finishedSpans: unknown[] })._finishedSpans;
    expect([asked, waiting.length]).toEqual([1, 8]);
  });
});

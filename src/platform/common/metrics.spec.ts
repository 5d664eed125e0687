import fastify from 'fastify';
import { Coalescer } from './coalescer.js';
import { measureRoutes, metrics, registry } from './metrics.js';
import { RouteDurations } from './route-durations.js';

describe('route durations', () => {
  it('counts each request in every bucket that is not below it', async () => {
    const durations = new RouteDurations();
    const series = durations.series('GET', '/things/:id');
    series.observe(200, 0.002);
    series.observe(204, 0.2);
    series.observe(404, 100);

    const { values } = await durations.get();
    const find = (status: string, le?: string, suffix = 'bucket') =>
      values.find(
        ({ metricName, labels }) =>
          metricName.endsWith(suffix) && labels.status === status && (le === undefined || labels.le === le),
      )?.value;
    expect(find('2xx', '0.001')).toBe(0);
    expect(find('2xx', '0.0025')).toBe(1);
    expect(find('2xx', '0.25')).toBe(2);
    expect(find('2xx', '+Inf')).toBe(2);
    expect(find('2xx', undefined, 'count')).toBe(2);
    expect(find('2xx', undefined, 'sum')).toBeCloseTo(0.202);
    expect(find('4xx', '30')).toBe(0);
    expect(find('4xx', '+Inf')).toBe(1);
  });

  it('are labelled by the template of the route, whatever its parameters were', async () => {
    const app = fastify();
    measureRoutes(app);
    app.get('/measured/:id', async () => ({}));
    await app.inject('/measured/1');
    await app.inject('/measured/2');
    expect(await registry.metrics()).toContain(
      'chatapi_http_request_duration_seconds_count{method="GET",route="/measured/:id",status="2xx"} 2',
    );
    await app.close();
  });
});

describe('the registry', () => {
  it('shows what is counted elsewhere, and the process itself', async () => {
    metrics.deliveries.inc({ channel: 'email', status: 'sent' }, 3);
    const text = await registry.metrics();
    expect(text).toMatch(/^chatapi_deliveries_total\{channel="email",status="sent"\} 3$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
  });

  it('shows the batches of a named coalescer', async () => {
    const coalescer = new Coalescer<number, number>({
      name: 'spec',
      maxBatch: 10,
      maxWaiting: 10,
      maxWaitingPerTenant: 10,
      run: (items) => Promise.resolve(items),
    });
    await Promise.all([coalescer.add('a', 1), coalescer.add('a', 2), coalescer.add('b', 3)]);
    const text = await registry.metrics();
    expect(text).toContain('chatapi_coalescer_batch_items_sum{coalescer="spec"} 3');
    expect(text).toContain('chatapi_coalescer_wait_seconds_count{coalescer="spec"} 1');
  });
});

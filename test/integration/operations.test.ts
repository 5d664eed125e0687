import { httpDurations } from '../../src/platform/common/metrics.js';
import { HealthService } from '../../src/edge/operations/health.service.js';
import { NestApp } from '../support/nest-app.js';

describe('operations', () => {
  let app: NestApp;
  const routes: string[] = [];

  beforeAll(async () => {
    // Every route is measured, so this sees each as it is declared.
    const series = jest.spyOn(httpDurations, 'series');
    app = await NestApp.start();
    for (const [method, path] of series.mock.calls) {
      if (
        /^\/(api\/v1|health)\b/.test(path) &&
        !/HEAD|OPTIONS/.test(method) &&
        !/\/(openapi|asyncapi)\.json$/.test(path)
      ) {
        routes.push(`${method.toLowerCase()} ${path}`);
      }
    }
    series.mockRestore();
  });
  afterAll(() => app.stop());

  it('has every route that the application answers in the API reference', async () => {
    const { paths } = (await app.request('GET', '/openapi.json')).body;
    const documented = new Set(
      Object.entries<object>(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
      ),
    );
    expect(routes.length).toBeGreaterThan(20);
    expect(routes.filter((route) => !documented.has(route))).toEqual([]);
  });

  it('asks the parts once for many who ask for its health at the same time', async () => {
    const look = jest.spyOn(app.get(HealthService) as never, 'look');
    const began = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => app.request('GET', '//health')));
    // Each look is remembered for half a second; all of them take less, unless the machine is busy.
    expect(look.mock.calls.length).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / 500));
    look.mockRestore();
  });
});

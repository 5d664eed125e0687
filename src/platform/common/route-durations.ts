/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Counts {
  /** One per bucket, the last for what is slower than all. */
  buckets: Float64Array;
  sum: number;
}

interface Value {
  metricName: string;
  labels: Record<string, string>;
  value: number;
}

/** One route's durations, by class of status. */
export class RouteSeries {
  /** Indexed by the first digit of the status. */
  readonly byStatus: (Counts | undefined)[] = [];

  constructor(
    readonly method: string,
    readonly route: string,
  ) {}

  observe(status: number, seconds: number): void {
    const counts = (this.byStatus[Math.trunc(status / 100)] ??= {
      buckets: new Float64Array(BUCKETS.length + 1),
      sum: 0,
    });
    let at = 0;
    while (at < BUCKETS.length && seconds > BUCKETS[at]!) at++;
    counts.buckets[at]!++;
    counts.sum += seconds;
  }
}

/**
 * A histogram in Prometheus' form that costs one array increment per request, where prom-client's own hashes its
 * labels each time. It is registered beside prom-client's metrics and read through `get`.
 */
export class RouteDurations {
  readonly name = 'chatapi_http_request_duration_seconds';
  readonly help = 'Duration of HTTP requests by method, route template and class of status.';
  readonly type = 'histogram';
  readonly aggregator = 'sum';

  private readonly all = new Map<string, RouteSeries>();

  /** The same series for the same method and route: several apps in one process share it. */
  series(method: string, route: string): RouteSeries {
    const key = `${method} ${route}`;
    let series = this.all.get(key);
    if (!series) this.all.set(key, (series = new RouteSeries(method, route)));
    return series;
  }

  async get(): Promise<{ name: string; help: string; type: string; aggregator: string; values: Value[] }> {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: [...this.all.values()].flatMap((series) => this.valuesOf(series)) };
  }

  reset(): void {
    for (const series of this.all.values()) series.byStatus.length = 0;
  }

  private valuesOf({ method, route, byStatus }: RouteSeries): Value[] {
    return byStatus.flatMap((counts, statusClass) => {
      if (!counts) return [];
      const labels = { method, route, status: `${statusClass}xx` };
      let total = 0;
      const buckets = [...counts.buckets].map((count, at) => {
        total += count;
        const le = at < BUCKETS.length ? String(BUCKETS[at]) : '+Inf';
        return { metricName: `${this.name}_bucket`, labels: { ...labels, le }, value: total };
      });
      return [
        ...buckets,
        { metricName: `${this.name}_sum`, labels, value: counts.sum },
        { metricName: `${this.name}_count`, labels, value: total },
      ];
    });
  }
}

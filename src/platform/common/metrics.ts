import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RouteDurations } from './route-durations.js';

/** What `/metrics` shows: definitions here, incremented where things happen. One registry per process. */
export const registry = new Registry();

collectDefaultMetrics({ register: registry });

const registers = [registry];

/** HTTP durations by route template, fed by {@link measureRoutes}. */
export const httpDurations = new RouteDurations();
registry.registerMetric(httpDurations as never);

/** A metric costs no more than this to be read, however much waits. */
export const MOST_COUNTED = 100_000;

/** What ChatAPI counts of itself; who does the counted thing increments it. */
export const metrics = {
  /** Messages committed; a `client_msg_id` sent again does not count. */
  messagesSent: new Counter({ name: 'chatapi_messages_sent_total', help: 'Messages committed.', registers }),

  /** Requests to sources that are there: `stored`, `duplicate` or `refused`. */
  inboundEvents: new Counter({
    name: 'chatapi_inbound_events_total',
    help: 'Requests to inbound webhooks by what became of them.',
    labelNames: ['outcome'],
    registers,
  }),

  /** Actions of rules, and conditions that failed: `done` or `failed`. */
  ruleActions: new Counter({
    name: 'chatapi_rule_actions_total',
    help: 'Actions of rules of inbound webhooks by what became of them.',
    labelNames: ['action', 'outcome'],
    registers,
  }),

  /** Items per batch of a coalescer. */
  coalescerBatch: new Histogram({
    name: 'chatapi_coalescer_batch_items',
    help: 'Items per gathered batch.',
    labelNames: ['coalescer'],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  }),

  /** How long the first item of a batch waited for it. */
  coalescerWait: new Histogram({
    name: 'chatapi_coalescer_wait_seconds',
    help: 'Wait of the oldest item of each batch before the batch began.',
    labelNames: ['coalescer'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  }),

  /** Open connections of end users and back ends on this process, by transport (`socket.io`, `websocket`). */
  socketsConnected: new Gauge({
    name: 'chatapi_sockets_connected',
    help: 'Open sockets on this process.',
    labelNames: ['transport'],
    registers,
  }),

  /** `out`: published; `in`: heard of other nodes; `echo`: heard of this one, and passed over. */
  busMessages: new Counter({
    name: 'chatapi_bus_messages_total',
    help: 'Messages between nodes over Redis.',
    labelNames: ['direction'],
    registers,
  }),

  /** Rooms, users and clients with sockets on this process, users who are watched here, and one for all nodes. */
  busTopics: new Gauge({
    name: 'chatapi_bus_topics',
    help: 'What this process hears of other nodes: rooms, users, clients and presence subscribed to on Redis.',
    registers,
  }),

  /** Deliveries by the state they entered, counted when that is committed. */
  deliveries: new Counter({
    name: 'chatapi_deliveries_total',
    help: 'Deliveries by channel and the state that they entered.',
    labelNames: ['channel', 'status'],
    registers,
  }),

  /** Times that a provider was left alone after faults in a row, as this process saw it. */
  breakersOpened: new Counter({
    name: 'chatapi_provider_breakers_opened_total',
    help: 'Times that a provider was left alone after faults in a row.',
    labelNames: ['channel', 'provider_type'],
    registers,
  }),

  /** Spans handed to the receiver of traces: `exported`, or `failed`; those that there was no room for are in neither. */
  traceSpans: new Counter({
    name: 'chatapi_trace_spans_total',
    help: 'Spans of traces by what became of their export: exported, failed.',
    labelNames: ['outcome'],
    registers,
  }),

  /** Requests and events refused with 429; policies are those of the RateLimit-Policy header. */
  rateLimited: new Counter({
    name: 'chatapi_rate_limited_total',
    help: 'Requests and socket events beyond a limit or quota, by its policy.',
    labelNames: ['policy'],
    registers,
  }),

  /** Tries of providers, by what came of them; of what was held nothing was tried. */
  deliveryAttempts: new Counter({
    name: 'chatapi_delivery_attempts_total',
    help: 'Attempts of deliveries by channel and outcome: sent, permanent, retryable, unknown.',
    labelNames: ['channel', 'outcome'],
    registers,
  }),

  /** From the acceptance: until the first attempt began, until sent, until delivered. */
  deliverySeconds: new Histogram({
    name: 'chatapi_delivery_seconds',
    help: 'Time from the acceptance of deliveries by channel and stage: first_attempt, sent, delivered.',
    labelNames: ['channel', 'stage'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3_600, 21_600, 86_400],
    registers,
  }),

  /** Read when `/metrics` is asked for; counted up to {@link MOST_COUNTED}. */
  deliveriesOpen: new Gauge({
    name: 'chatapi_deliveries_open',
    help: 'Deliveries to which something may still happen, by state; at most 100,000 are counted.',
    labelNames: ['status'],
    registers,
  }),

  /** Read when `/metrics` is asked for, among the first {@link MOST_COUNTED}. */
  deliveriesOverdue: new Gauge({
    name: 'chatapi_deliveries_overdue_seconds',
    help: 'How long the delivery waits already that is due and not begun, and waits the longest.',
    registers,
  }),

  /** Read when `/metrics` is asked for, in embedded mode: of a PostgreSQL of your own, its machine tells. */
  diskFree: new Gauge({
    name: 'chatapi_disk_free_ratio',
    help: 'How much of the disk that holds the data directory is free, from 0 to 1; in embedded mode.',
    labelNames: ['of'],
    registers,
  }),

  /** As the process last found it whose turn it was to look; 0 in the others. */
  ledgerDifferences: new Gauge({
    name: 'chatapi_ledger_differences',
    help: 'Numbers of the ledger that differ from the deliveries of the last two days.',
    registers,
  }),

  /** When this process looked last; 0: never. */
  ledgerChecked: new Gauge({
    name: 'chatapi_ledger_checked_timestamp_seconds',
    help: 'When this process last compared the ledger with the deliveries, since 1970.',
    registers,
  }),

  /** Read when `/metrics` is asked for; counted up to {@link MOST_COUNTED}. */
  countsWaiting: new Gauge({
    name: 'chatapi_delivery_counts_waiting',
    help: 'Changes of the counts of deliveries that are still to be added up; at most 100,000 are counted.',
    registers,
  }),

  /** Lines of the audit log, once they are committed. */
  auditLines: new Counter({
    name: 'chatapi_audit_lines_total',
    help: 'Administrative changes by action.',
    labelNames: ['action'],
    registers,
  }),

  /** Age of the oldest event that a reader of the log has not taken in. Also read when `/metrics` is asked for. */
  logReaderLag: new Gauge({
    name: 'chatapi_log_reader_lag_seconds',
    help: 'Age of the oldest event that a reader of the log has not taken in.',
    labelNames: ['reader'],
    registers,
  }),

  /** Times that a reader of the log failed at events, which it then tried again. */
  logReaderFailures: new Counter({
    name: 'chatapi_log_reader_failures_total',
    help: 'Failures of readers of the log on this process.',
    labelNames: ['reader'],
    registers,
  }),

  /** Read when `/metrics` is asked for. */
  logReaderSetAside: new Gauge({
    name: 'chatapi_log_reader_set_aside_events',
    help: 'Events that a reader of the log keeps failing at, set aside to be tried again.',
    labelNames: ['reader'],
    registers,
  }),

  /** Read when `/metrics` is asked for. */
  queueJobs: new Gauge({
    name: 'chatapi_queue_jobs',
    help: 'Jobs in the queue by their kind and state. A queue of one kind of job has that of its own name.',
    labelNames: ['queue', 'kind', 'state'],
    registers,
  }),

  /** Read when `/metrics` is asked for. */
  queueOldestJob: new Gauge({
    name: 'chatapi_queue_oldest_job_seconds',
    help: 'How long the job waits already that waits the longest for a process to run it.',
    labelNames: ['queue'],
    registers,
  }),

  /** As this process last found it: once an hour one process of an installation looks. */
  systemReport: new Gauge({
    name: 'chatapi_system_report',
    help: 'Figures of the last hourly report of this process, by name.',
    labelNames: ['figure'],
    registers,
  }),

  /** Read when `/metrics` is asked for. */
  databaseConnections: new Gauge({
    name: 'chatapi_database_connections',
    help: 'Connections of the pool by state; waiting counts those who wait for one.',
    labelNames: ['state'],
    registers,
  }),
};

/** Times every route that is declared after this call. */
export function measureRoutes(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const template = route.url.replace(/(.)\/$/, '$1');
    const series = httpDurations.series(String(route.method), template);
    // A closure per route, so that a request costs no look-up by its labels.
    const own = route.onResponse === undefined ? [] : [route.onResponse].flat();
    route.onResponse = [
      ...own,
      (_request, reply, done) => {
        series.observe(reply.statusCode, reply.elapsedTime / 1000);
        done();
      },
    ];
  });
}

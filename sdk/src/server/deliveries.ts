import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Delivery, Recovery, Schemas, Suppression } from '../types.js';
import { Calls, dataOf, init, listOf, at } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** What became of each recipient over each channel. */
export class Deliveries extends Calls {
  /** Deliveries by filter, the newest first. */
  list(query: Query<operations['deliveries_list']> = {}, options?: CallOptions): List<Delivery> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/deliveries', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** One delivery, with every attempt. */
  get(id: string, options?: CallOptions): Promise<Delivery> {
    return dataOf(this.http.GET('/api/v1/deliveries/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** Sends it again, as a new delivery with `resend_of`. */
  resend(id: string, options?: CallOptions): Promise<Delivery> {
    return dataOf(this.http.POST('/api/v1/deliveries/{id}/resend', { params: { path: { id } }, ...init(options) }));
  }

  /** Puts a failed one aside: no recovery sends it again. */
  discard(id: string, options?: CallOptions): Promise<Delivery> {
    return dataOf(this.http.POST('/api/v1/deliveries/{id}/discard', { params: { path: { id } }, ...init(options) }));
  }
}

/** Sends again what failed, however much there is. */
export class Recoveries extends Calls {
  /** Starts one; with `dry_run` it only counts. */
  start(body: Schemas['StartRecovery'], options?: CallOptions): Promise<Recovery> {
    return dataOf(this.http.POST('/api/v1/recoveries', { body, ...init(options) }));
  }

  /** How far it has come. */
  get(id: string, options?: CallOptions): Promise<Recovery> {
    return dataOf(this.http.GET('/api/v1/recoveries/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** All recoveries, the newest first. */
  list(query: Query<operations['recoveries_list']> = {}, options?: CallOptions): List<Recovery> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/recoveries', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** Stops it. */
  cancel(id: string, options?: CallOptions): Promise<Recovery> {
    return dataOf(this.http.POST('/api/v1/recoveries/{id}/cancel', { params: { path: { id } }, ...init(options) }));
  }
}

/** Addresses that get nothing: they bounced, complained, unsubscribed, or were put here. */
export class Suppressions extends Calls {
  /** Puts an address here. */
  add(body: Schemas['SuppressionInput'], options?: CallOptions): Promise<Suppression> {
    return dataOf(this.http.POST('/api/v1/suppressions', { body, ...init(options) }));
  }

  /** All of them, or those of a filter. */
  list(query: Query<operations['suppressions_list']> = {}, options?: CallOptions): List<Suppression> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/suppressions', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** Takes an address away. */
  remove(id: string, options?: CallOptions): Promise<void> {
    return dataOf(this.http.DELETE('/api/v1/suppressions/{id}', { params: { path: { id } }, ...init(options) }));
  }
}

/** Figures over time. */
export class Analytics extends Calls {
  /** What became of deliveries. */
  deliveries(
    query: Query<operations['analytics_deliveries']> = {},
    options?: CallOptions,
  ): Promise<Schemas['DeliveriesAnswer']> {
    return dataOf(this.http.GET('/api/v1/analytics/deliveries', { params: { query }, ...init(options) }));
  }

  /** How long deliveries took. */
  latency(
    query: Query<operations['analytics_latency']> = {},
    options?: CallOptions,
  ): Promise<Schemas['LatencyAnswer']> {
    return dataOf(this.http.GET('/api/v1/analytics/latency', { params: { query }, ...init(options) }));
  }

  /** Messages, who sent them, in how many rooms, and connections. */
  messages(
    query: Query<operations['clientMetrics_messages']> = {},
    options?: CallOptions,
  ): Promise<Schemas['MessagesAnswer']> {
    return dataOf(this.http.GET('/api/v1/analytics/messages', { params: { query }, ...init(options) }));
  }

  /** What was accepted, and the states that it is in. `difference` is 0, or something was lost. */
  ledger(query: Query<operations['analytics_ledger']> = {}, options?: CallOptions): Promise<Schemas['Ledger']> {
    return dataOf(this.http.GET('/api/v1/analytics/ledger', { params: { query }, ...init(options) }));
  }
}

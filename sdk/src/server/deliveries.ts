import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Delivery, Recovery, Schemas, Suppression } from '../types.js';
import { methods } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** What became of each recipient over each channel. */
export interface Deliveries {
  /** Deliveries by filter, the newest first. */
  list(query?: Query<operations['deliveries_list']>, options?: CallOptions): List<Delivery>;

  /** One delivery, with every attempt. */
  get(id: string, options?: CallOptions): Promise<Delivery>;

  /** Sends it again, as a new delivery with `resend_of`. */
  resend(id: string, options?: CallOptions): Promise<Delivery>;

  /** Puts a failed one aside: no recovery sends it again. */
  discard(id: string, options?: CallOptions): Promise<Delivery>;
}

export const deliveries = methods<Deliveries>()({
  list: 'GET /deliveries *',
  get: 'GET /deliveries/{id}',
  resend: 'POST /deliveries/{id}/resend',
  discard: 'POST /deliveries/{id}/discard',
});

/** Sends again what failed, however much there is. */
export interface Recoveries {
  /** Starts one; with `dry_run` it only counts. */
  start(body: Schemas['StartRecovery'], options?: CallOptions): Promise<Recovery>;

  /** How far it has come. */
  get(id: string, options?: CallOptions): Promise<Recovery>;

  /** All recoveries, the newest first. */
  list(query?: Query<operations['recoveries_list']>, options?: CallOptions): List<Recovery>;

  /** Stops it. */
  cancel(id: string, options?: CallOptions): Promise<Recovery>;
}

export const recoveries = methods<Recoveries>()({
  start: 'POST /recoveries +',
  get: 'GET /recoveries/{id}',
  list: 'GET /recoveries *',
  cancel: 'POST /recoveries/{id}/cancel',
});

/** Addresses that get nothing: they bounced, complained, unsubscribed, or were put here. */
export interface Suppressions {
  /** Puts an address here. */
  add(body: Schemas['SuppressionInput'], options?: CallOptions): Promise<Suppression>;

  /** All of them, or those of a filter. */
  list(query?: Query<operations['suppressions_list']>, options?: CallOptions): List<Suppression>;

  /** Takes an address away. */
  remove(id: string, options?: CallOptions): Promise<void>;
}

export const suppressions = methods<Suppressions>()({
  add: 'POST /suppressions +',
  list: 'GET /suppressions *',
  remove: 'DELETE /suppressions/{id}',
});

/** Figures over time. */
export interface Analytics {
  /** What became of deliveries. */
  deliveries(
    query?: Query<operations['analytics_deliveries']>,
    options?: CallOptions,
  ): Promise<Schemas['DeliveriesAnswer']>;

  /** How long deliveries took. */
  latency(query?: Query<operations['analytics_latency']>, options?: CallOptions): Promise<Schemas['LatencyAnswer']>;

  /** Messages, who sent them, in how many rooms, and connections. */
  messages(
    query?: Query<operations['clientMetrics_messages']>,
    options?: CallOptions,
  ): Promise<Schemas['MessagesAnswer']>;

  /** What was accepted, and the states that it is in. `difference` is 0, or something was lost. */
  ledger(query?: Query<operations['analytics_ledger']>, options?: CallOptions): Promise<Schemas['Ledger']>;
}

export const analytics = methods<Analytics>()({
  deliveries: 'GET /analytics/deliveries +',
  latency: 'GET /analytics/latency +',
  messages: 'GET /analytics/messages +',
  ledger: 'GET /analytics/ledger +',
});

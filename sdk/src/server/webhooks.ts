import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Endpoint, Recovery, Rule, Schemas, Source } from '../types.js';
import { methods } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** Outbound webhooks: URLs of yours that hear events. */
export interface Endpoints {
  /** Makes one; the answer has the `secret`, once. */
  create(body: Schemas['EndpointInput'], options?: CallOptions): Promise<Endpoint>;

  /** One endpoint, with its health. */
  get(id: string, options?: CallOptions): Promise<Endpoint>;

  /** All endpoints. */
  list(query?: Query<operations['endpoints_list']>, options?: CallOptions): List<Endpoint>;

  /** Changes some fields. */
  update(id: string, body: Schemas['EndpointPatch'], options?: CallOptions): Promise<Endpoint>;

  /** Removes it and cancels what is open. */
  delete(id: string, options?: CallOptions): Promise<void>;

  /** Sends an example event now and answers what became of it. */
  test(id: string, body?: Schemas['EndpointTest'], options?: CallOptions): Promise<Schemas['EndpointDelivery']>;

  /** Lets it hear events again, first of all what was held. */
  enable(id: string, options?: CallOptions): Promise<Endpoint>;

  /** Sends it nothing until it is enabled. */
  disable(id: string, options?: CallOptions): Promise<Endpoint>;

  /** Makes another secret; the old one signs too for `overlap_s`. */
  rotateSecret(id: string, body?: Schemas['RotateEndpointSecret'], options?: CallOptions): Promise<Endpoint>;

  /** Sends again what failed, and what happened while it was disabled. */
  recover(id: string, body: Schemas['EndpointRecover'], options?: CallOptions): Promise<Recovery>;

  /** What it was told, the newest first, with every attempt. */
  deliveries(
    id: string,
    query?: Query<operations['endpointHistory_list']>,
    options?: CallOptions,
  ): List<Schemas['EndpointDelivery']>;

  /** How many of the last day's events are in which state. */
  stats(id: string, options?: CallOptions): Promise<Schemas['EndpointStats']>;
}

export const endpoints = methods<Endpoints>()({
  create: 'POST /webhooks/endpoints +',
  get: 'GET /webhooks/endpoints/{id}',
  list: 'GET /webhooks/endpoints *',
  update: 'PATCH /webhooks/endpoints/{id} +',
  delete: 'DELETE /webhooks/endpoints/{id}',
  test: 'POST /webhooks/endpoints/{id}/test +',
  enable: 'POST /webhooks/endpoints/{id}/enable',
  disable: 'POST /webhooks/endpoints/{id}/disable',
  rotateSecret: 'POST /webhooks/endpoints/{id}/rotate-secret +',
  recover: 'POST /webhooks/endpoints/{id}/recover +',
  deliveries: 'GET /webhooks/endpoints/{id}/deliveries *',
  stats: 'GET /webhooks/endpoints/{id}/stats',
});

/** Inbound webhooks: URLs that other systems post to. */
export interface Sources {
  /** Makes one: its `url` is what the other system posts to. */
  create(body: Schemas['CreateSource'], options?: CallOptions): Promise<Source>;

  /** One source. */
  get(id: string, options?: CallOptions): Promise<Source>;

  /** All sources. */
  list(query?: Query<operations['sources_list']>, options?: CallOptions): List<Source>;

  /** Changes some fields. */
  update(id: string, body: Schemas['UpdateSource'], options?: CallOptions): Promise<Source>;

  /** Removes it. */
  delete(id: string, options?: CallOptions): Promise<void>;

  /** What came, the newest first, and what its rules did. */
  events(
    id: string,
    query?: Query<operations['sources_listEvents']>,
    options?: CallOptions,
  ): List<Schemas['InboundEvent']>;

  /** Runs the rules on stored events again. */
  replay(id: string, body: Schemas['Replay'], options?: CallOptions): Promise<Schemas['Replayed']>;
}

export const sources = methods<Sources>()({
  create: 'POST /webhooks/sources +',
  get: 'GET /webhooks/sources/{id}',
  list: 'GET /webhooks/sources *',
  update: 'PATCH /webhooks/sources/{id} +',
  delete: 'DELETE /webhooks/sources/{id}',
  events: 'GET /webhooks/sources/{id}/events *',
  replay: 'POST /webhooks/sources/{id}/replay +',
});

/** What inbound events do. */
export interface Rules {
  /** Makes one. */
  create(body: Schemas['CreateRule'], options?: CallOptions): Promise<Rule>;

  /** One rule. */
  get(id: string, options?: CallOptions): Promise<Rule>;

  /** All rules, or those of a source. */
  list(query?: Query<operations['rules_list']>, options?: CallOptions): List<Rule>;

  /** Changes some fields. */
  update(id: string, body: Schemas['UpdateRule'], options?: CallOptions): Promise<Rule>;

  /** Removes it. */
  delete(id: string, options?: CallOptions): Promise<void>;

  /** Says what a rule would do with a sample. Nothing is done. */
  test(body: Schemas['TestRule'], options?: CallOptions): Promise<Schemas['TestedRule']>;
}

export const rules = methods<Rules>()({
  create: 'POST /webhooks/rules +',
  get: 'GET /webhooks/rules/{id}',
  list: 'GET /webhooks/rules *',
  update: 'PATCH /webhooks/rules/{id} +',
  delete: 'DELETE /webhooks/rules/{id}',
  test: 'POST /webhooks/rules/test +',
});

import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Endpoint, Recovery, Rule, Schemas, Source } from '../types.js';
import { Calls, dataOf, init, listOf, at } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** Outbound webhooks: URLs of yours that hear events. */
export class Endpoints extends Calls {
  /** Makes one; the answer has the `secret`, once. */
  create(body: Schemas['EndpointInput'], options?: CallOptions): Promise<Endpoint> {
    return dataOf(this.http.POST('/api/v1/webhooks/endpoints', { body, ...init(options) }));
  }

  /** One endpoint, with its health. */
  get(id: string, options?: CallOptions): Promise<Endpoint> {
    return dataOf(this.http.GET('/api/v1/webhooks/endpoints/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** All endpoints. */
  list(query: Query<operations['endpoints_list']> = {}, options?: CallOptions): List<Endpoint> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/webhooks/endpoints', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** Changes some fields. */
  update(id: string, body: Schemas['EndpointPatch'], options?: CallOptions): Promise<Endpoint> {
    return dataOf(
      this.http.PATCH('/api/v1/webhooks/endpoints/{id}', { params: { path: { id } }, body, ...init(options) }),
    );
  }

  /** Removes it and cancels what is open. */
  delete(id: string, options?: CallOptions): Promise<void> {
    return dataOf(this.http.DELETE('/api/v1/webhooks/endpoints/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** Sends an example event now and answers what became of it. */
  test(id: string, body: Schemas['EndpointTest'] = {}, options?: CallOptions): Promise<Schemas['EndpointDelivery']> {
    return dataOf(
      this.http.POST('/api/v1/webhooks/endpoints/{id}/test', { params: { path: { id } }, body, ...init(options) }),
    );
  }

  /** Lets it hear events again, first of all what was held. */
  enable(id: string, options?: CallOptions): Promise<Endpoint> {
    return dataOf(
      this.http.POST('/api/v1/webhooks/endpoints/{id}/enable', { params: { path: { id } }, ...init(options) }),
    );
  }

  /** Sends it nothing until it is enabled. */
  disable(id: string, options?: CallOptions): Promise<Endpoint> {
    return dataOf(
      this.http.POST('/api/v1/webhooks/endpoints/{id}/disable', { params: { path: { id } }, ...init(options) }),
    );
  }

  /** Makes another secret; the old one signs too for `overlap_s`. */
  rotateSecret(id: string, body: Schemas['RotateEndpointSecret'] = {}, options?: CallOptions): Promise<Endpoint> {
    return dataOf(
      this.http.POST('/api/v1/webhooks/endpoints/{id}/rotate-secret', {
        params: { path: { id } },
        body,
        ...init(options),
      }),
    );
  }

  /** Sends again what failed, and what happened while it was disabled. */
  recover(id: string, body: Schemas['EndpointRecover'], options?: CallOptions): Promise<Recovery> {
    return dataOf(
      this.http.POST('/api/v1/webhooks/endpoints/{id}/recover', { params: { path: { id } }, body, ...init(options) }),
    );
  }

  /** What it was told, the newest first, with every attempt. */
  deliveries(
    id: string,
    query: Query<operations['endpointHistory_list']> = {},
    options?: CallOptions,
  ): List<Schemas['EndpointDelivery']> {
    return listOf(
      (cursor, init) =>
        this.http.GET('/api/v1/webhooks/endpoints/{id}/deliveries', {
          params: { path: { id }, query: at(query, cursor) },
          ...init,
        }),
      options,
    );
  }

  /** How many of the last day's events are in which state. */
  stats(id: string, options?: CallOptions): Promise<Schemas['EndpointStats']> {
    return dataOf(
      this.http.GET('/api/v1/webhooks/endpoints/{id}/stats', { params: { path: { id } }, ...init(options) }),
    );
  }
}

/** Inbound webhooks: URLs that other systems post to. */
export class Sources extends Calls {
  /** Makes one: its `url` is what the other system posts to. */
  create(body: Schemas['CreateSource'], options?: CallOptions): Promise<Source> {
    return dataOf(this.http.POST('/api/v1/webhooks/sources', { body, ...init(options) }));
  }

  /** One source. */
  get(id: string, options?: CallOptions): Promise<Source> {
    return dataOf(this.http.GET('/api/v1/webhooks/sources/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** All sources. */
  list(query: Query<operations['sources_list']> = {}, options?: CallOptions): List<Source> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/webhooks/sources', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** Changes some fields. */
  update(id: string, body: Schemas['UpdateSource'], options?: CallOptions): Promise<Source> {
    return dataOf(
      this.http.PATCH('/api/v1/webhooks/sources/{id}', { params: { path: { id } }, body, ...init(options) }),
    );
  }

  /** Removes it. */
  delete(id: string, options?: CallOptions): Promise<void> {
    return dataOf(this.http.DELETE('/api/v1/webhooks/sources/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** What came, the newest first, and what its rules did. */
  events(
    id: string,
    query: Query<operations['sources_listEvents']> = {},
    options?: CallOptions,
  ): List<Schemas['InboundEvent']> {
    return listOf(
      (cursor, init) =>
        this.http.GET('/api/v1/webhooks/sources/{id}/events', {
          params: { path: { id }, query: at(query, cursor) },
          ...init,
        }),
      options,
    );
  }

  /** Runs the rules on stored events again. */
  replay(id: string, body: Schemas['Replay'], options?: CallOptions): Promise<Schemas['Replayed']> {
    return dataOf(
      this.http.POST('/api/v1/webhooks/sources/{id}/replay', { params: { path: { id } }, body, ...init(options) }),
    );
  }
}

/** What inbound events do. */
export class Rules extends Calls {
  /** Makes one. */
  create(body: Schemas['CreateRule'], options?: CallOptions): Promise<Rule> {
    return dataOf(this.http.POST('/api/v1/webhooks/rules', { body, ...init(options) }));
  }

  /** One rule. */
  get(id: string, options?: CallOptions): Promise<Rule> {
    return dataOf(this.http.GET('/api/v1/webhooks/rules/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** All rules, or those of a source. */
  list(query: Query<operations['rules_list']> = {}, options?: CallOptions): List<Rule> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/webhooks/rules', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** Changes some fields. */
  update(id: string, body: Schemas['UpdateRule'], options?: CallOptions): Promise<Rule> {
    return dataOf(this.http.PATCH('/api/v1/webhooks/rules/{id}', { params: { path: { id } }, body, ...init(options) }));
  }

  /** Removes it. */
  delete(id: string, options?: CallOptions): Promise<void> {
    return dataOf(this.http.DELETE('/api/v1/webhooks/rules/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** Says what a rule would do with a sample. Nothing is done. */
  test(body: Schemas['TestRule'], options?: CallOptions): Promise<Schemas['TestedRule']> {
    return dataOf(this.http.POST('/api/v1/webhooks/rules/test', { body, ...init(options) }));
  }
}

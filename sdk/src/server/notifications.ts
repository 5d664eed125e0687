import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Delivery, Notification, Schemas } from '../types.js';
import { Calls, dataOf, init, listOf, at } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** Tells people something over one channel or several. */
export class Notifications extends Calls {
  /** Accepts a notification: what it answers is kept, and is delivered or accounted for. */
  send(body: Schemas['NotificationInput'], options?: CallOptions): Promise<Notification> {
    return dataOf(this.http.POST('/api/v1/notifications', { body, ...init(options) }));
  }

  /** Accepts up to 100; each has its own result. */
  sendBatch(body: Schemas['NotificationBatch'], options?: CallOptions): Promise<Schemas['NotificationResults']> {
    return dataOf(this.http.POST('/api/v1/notifications/batch', { body, ...init(options) }));
  }

  /** How it stands, with its first 100 deliveries and their attempts. */
  get(id: string, options?: CallOptions): Promise<Notification> {
    return dataOf(this.http.GET('/api/v1/notifications/{id}', { params: { path: { id } }, ...init(options) }));
  }

  /** All notifications, the newest first. */
  list(query: Query<operations['notifications_list']> = {}, options?: CallOptions): List<Notification> {
    return listOf(
      (cursor, init) => this.http.GET('/api/v1/notifications', { params: { query: at(query, cursor) }, ...init }),
      options,
    );
  }

  /** All deliveries of a notification. */
  deliveries(
    id: string,
    query: Query<operations['notifications_deliveries']> = {},
    options?: CallOptions,
  ): List<Delivery> {
    return listOf(
      (cursor, init) =>
        this.http.GET('/api/v1/notifications/{id}/deliveries', {
          params: { path: { id }, query: at(query, cursor) },
          ...init,
        }),
      options,
    );
  }

  /** Changes what is still open. */
  update(id: string, body: Schemas['PatchNotification'], options?: CallOptions): Promise<Notification> {
    return dataOf(this.http.PATCH('/api/v1/notifications/{id}', { params: { path: { id } }, body, ...init(options) }));
  }

  /** Cancels what is still open. */
  cancel(id: string, options?: CallOptions): Promise<Notification> {
    return dataOf(this.http.POST('/api/v1/notifications/{id}/cancel', { params: { path: { id } }, ...init(options) }));
  }

  /** Sends again what failed or expired. */
  retry(id: string, options?: CallOptions): Promise<Notification> {
    return dataOf(this.http.POST('/api/v1/notifications/{id}/retry', { params: { path: { id } }, ...init(options) }));
  }

  /** Sums over a time. */
  stats(query: Query<operations['analytics_stats']> = {}, options?: CallOptions): Promise<Schemas['Stats']> {
    return dataOf(this.http.GET('/api/v1/notifications/stats', { params: { query }, ...init(options) }));
  }
}

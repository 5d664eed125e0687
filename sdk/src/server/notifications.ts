import type { operations } from '../generated/rest.js';
import type { List } from '../pages.js';
import type { Delivery, Notification, Schemas } from '../types.js';
import { methods } from './calls.js';
import type { CallOptions, Query } from './calls.js';

/** Tells people something over one channel or several. */
export interface Notifications {
  /** Accepts a notification: what it answers is kept, and is delivered or accounted for. */
  send(body: Schemas['NotificationInput'], options?: CallOptions): Promise<Notification>;

  /** Accepts up to 100; each has its own result. */
  sendBatch(body: Schemas['NotificationBatch'], options?: CallOptions): Promise<Schemas['NotificationResults']>;

  /** How it stands, with its first 100 deliveries and their attempts. */
  get(id: string, options?: CallOptions): Promise<Notification>;

  /** All notifications, the newest first. */
  list(query?: Query<operations['notifications_list']>, options?: CallOptions): List<Notification>;

  /** All deliveries of a notification. */
  deliveries(id: string, query?: Query<operations['notifications_deliveries']>, options?: CallOptions): List<Delivery>;

  /** Changes what is still open. */
  update(id: string, body: Schemas['PatchNotification'], options?: CallOptions): Promise<Notification>;

  /** Cancels what is still open. */
  cancel(id: string, options?: CallOptions): Promise<Notification>;

  /** Sends again what failed or expired. */
  retry(id: string, options?: CallOptions): Promise<Notification>;

  /** Sums over a time. */
  stats(query?: Query<operations['analytics_stats']>, options?: CallOptions): Promise<Schemas['Stats']>;
}

export const notifications = methods<Notifications>()({
  send: 'POST /notifications +',
  sendBatch: 'POST /notifications/batch +',
  get: 'GET /notifications/{id}',
  list: 'GET /notifications *',
  deliveries: 'GET /notifications/{id}/deliveries *',
  update: 'PATCH /notifications/{id} +',
  cancel: 'POST /notifications/{id}/cancel',
  retry: 'POST /notifications/{id}/retry',
  stats: 'GET /notifications/stats +',
});

import type { ComponentType } from 'react';
import type { Session } from './session.js';

export interface ConsolePage {
  /** In the address; below it the page routes by itself (`useParams`, `<Routes>`). */
  path: string;
  title: string;
  /** The heading in the navigation that it stands under. */
  group: 'Delivery' | 'Webhooks' | 'Messaging' | 'Client' | 'Operation';
  /**
   * `client`: about one client, with its master key; `client+admin`: and with the admin key, for the client that was picked
   * (its routes take it with X-Client-Id); `admin`: about all clients, with the admin key.
   */
  who: 'client' | 'client+admin' | 'admin';
  /** Loaded when it is first opened. */
  load: () => Promise<{ default: ComponentType }>;
}

/** A page is a folder in pages/ and a line here. */
export const PAGES: ConsolePage[] = [
  {
    path: 'overview',
    title: 'Overview',
    group: 'Delivery',
    who: 'client+admin',
    load: () => import('./pages/overview/overview.js'),
  },
  {
    path: 'deliveries',
    title: 'Deliveries',
    group: 'Delivery',
    who: 'client+admin',
    load: () => import('./pages/deliveries/deliveries.js'),
  },
  {
    path: 'recoveries',
    title: 'Recoveries',
    group: 'Delivery',
    who: 'client+admin',
    load: () => import('./pages/recoveries/recoveries.js'),
  },
  {
    path: 'providers',
    title: 'Providers',
    group: 'Delivery',
    who: 'client',
    load: () => import('./pages/providers/providers.js'),
  },
  {
    path: 'suppression',
    title: 'Suppression',
    group: 'Delivery',
    who: 'client',
    load: () => import('./pages/suppression/suppression.js'),
  },
  {
    path: 'webhooks',
    title: 'Webhooks',
    group: 'Webhooks',
    who: 'client',
    load: () => import('./pages/webhooks/webhooks.js'),
  },
  {
    path: 'sources',
    title: 'Sources',
    group: 'Webhooks',
    who: 'client',
    load: () => import('./pages/sources/sources.js'),
  },
  {
    path: 'rules',
    title: 'Rules',
    group: 'Webhooks',
    who: 'client',
    load: () => import('./pages/rules/rules.js'),
  },
  {
    path: 'rooms',
    title: 'Rooms',
    group: 'Messaging',
    who: 'client',
    load: () => import('./pages/rooms/rooms.js'),
  },
  {
    path: 'users',
    title: 'Users',
    group: 'Messaging',
    who: 'client',
    load: () => import('./pages/users/users.js'),
  },
  {
    path: 'live',
    title: 'Live events',
    group: 'Messaging',
    who: 'client',
    load: () => import('./pages/live/live.js'),
  },
  {
    path: 'keys',
    title: 'Keys',
    group: 'Client',
    who: 'client',
    load: () => import('./pages/keys/keys.js'),
  },
  {
    path: 'limits',
    title: 'Limits',
    group: 'Client',
    who: 'client',
    load: () => import('./pages/limits/limits.js'),
  },
  {
    path: 'audit',
    title: 'Audit',
    group: 'Client',
    who: 'client+admin',
    load: () => import('./pages/audit/audit.js'),
  },
  {
    path: 'clients',
    title: 'Clients',
    group: 'Operation',
    who: 'admin',
    load: () => import('./pages/clients/clients.js'),
  },
  {
    path: 'audit',
    title: 'Audit',
    group: 'Operation',
    who: 'admin',
    load: () => import('./pages/audit/audit.js'),
  },
  {
    path: 'queues',
    title: 'Queues and health',
    group: 'Operation',
    who: 'admin',
    load: () => import('./pages/queues/queues.js'),
  },
];

/** May whoever is logged in see this page? What the API answers is decided there, whatever is shown here. */
export const isSeen = ({ who }: ConsolePage, { kind }: Session): boolean =>
  kind === 'admin' ? who !== 'client' : who !== 'admin';

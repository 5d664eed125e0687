import type { ComponentType } from 'react';

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
    path: 'clients',
    title: 'Clients',
    group: 'Operation',
    who: 'admin',
    load: () => import('./pages/clients/clients.js'),
  },
];

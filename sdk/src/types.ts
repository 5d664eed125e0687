import type { components } from './generated/rest.js';

/** Every schema of the API's document by its name: `Schemas['Room']`. */
export type Schemas = components['schemas'];

/** An accepted request to tell recipients something. */
export type Notification = Schemas['Notification'];
/** One recipient over one channel. */
export type Delivery = Schemas['Delivery'];
/** An outbound webhook URL that hears events. */
export type Endpoint = Schemas['Endpoint'];
/** An inbound webhook URL. */
export type Source = Schemas['Source'];
/** What an inbound event does. */
export type Rule = Schemas['Rule'];
/** Sends again what failed, by a filter or for an endpoint. */
export type Recovery = Schemas['Recovery'];
/** An address that gets nothing over a channel. */
export type Suppression = Schemas['Suppression'];

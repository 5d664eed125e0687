import type { Schemas } from '../../api.js';

export type Delivery = Schemas['Delivery'];

export const STATUSES = [
  'pending',
  'held',
  'sending',
  'retrying',
  'sent',
  'delivered',
  'failed',
  'suppressed',
  'cancelled',
  'expired',
  'unknown',
] as const satisfies Delivery['status'][];

export const CHANNELS = ['email', 'websocket', 'webhook'] as const satisfies Delivery['channel'][];

/** What a list of deliveries is filtered by in its address. */
export const FILTERS = {
  status: '',
  channel: '',
  provider: '',
  error_code: '',
  user_id: '',
  address: '',
  notification_id: '',
  tag: '',
  unresolved: '',
};
export type Filters = typeof FILTERS;

/** As the API takes them: what isn't set is left out. */
export const queryOf = ({ status, channel, unresolved, ...texts }: Filters) => ({
  ...(Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== '')) as Partial<typeof texts>),
  ...(status !== '' && { status: status as Delivery['status'] }),
  ...(channel !== '' && { channel: channel as Delivery['channel'] }),
  ...(unresolved === 'true' && { unresolved: true }),
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What somebody looks for who types this: an id, an address, else a user. */
export function meantBy(text: string): { id: string } | Partial<Filters> {
  if (UUID.test(text)) return { id: text.toLowerCase() };
  return text.includes('@') || text.includes('://') ? { address: text } : { user_id: text };
}

export const isOpen = ({ status }: Pick<Delivery, 'status'>): boolean =>
  ['pending', 'held', 'sending', 'retrying', 'unknown'].includes(status);

/** Whom it is for, in a word. */
export const recipientOf = ({ recipient: { user_id, address } }: Delivery): string => address ?? user_id ?? '–';

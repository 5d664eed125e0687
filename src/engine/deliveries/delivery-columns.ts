/** Columns of a `DeliveryRow`, in one order; and their types where one of the two tables has none of that name. */
const COLUMNS: Record<string, string> = {
  client_id: 'uuid',
  id: 'uuid',
  created_at: 'timestamptz',
  source_kind: 'text',
  source_id: 'uuid',
  channel: 'text',
  lane: 'text',
  user_pk: 'uuid',
  address: 'text',
  status: 'text',
  reason: 'text',
  provider: 'text',
  routing: 'jsonb',
  attempt_count: 'integer',
  max_attempts: 'integer',
  recipients: 'integer',
  holds: 'integer',
  next_attempt_at: 'timestamptz',
  expires_at: 'timestamptz',
  sent_at: 'timestamptz',
  delivered_at: 'timestamptz',
  opened_at: 'timestamptz',
  clicked_at: 'timestamptz',
  complained_at: 'timestamptz',
  unsubscribed_at: 'timestamptz',
  provider_message_id: 'text',
  resend_of: 'uuid',
  error_code: 'text',
  resent_at: 'timestamptz',
  resent_by: 'uuid',
  discarded_at: 'timestamptz',
  traceparent: 'text',
  updated_at: 'timestamptz',
};

/** As they are named. */
export const ROW = Object.keys(COLUMNS).join(', ');

const columns = (alias: string, lacking: string[]): string =>
  Object.entries(COLUMNS)
    .map(([name, type]) => (lacking.includes(name) ? `null::${type} as ${name}` : `${alias}.${name}`))
    .join(', ');

/** In the open row only: what an attempt goes by. */
const OF_OPEN = ['recipients', 'holds'];

/** Of the view `deliveries` under the alias `d`. */
export const DELIVERY_COLUMNS = columns('d', OF_OPEN);

/** Of the table open_deliveries under the alias `o`. */
export const OPEN_COLUMNS = columns('o', [
  'sent_at',
  'delivered_at',
  'opened_at',
  'clicked_at',
  'complained_at',
  'unsubscribed_at',
  'provider_message_id',
  'resent_at',
  'resent_by',
  'discarded_at',
]);

/** Of the table ended_deliveries under the alias `e`. */
export const ENDED_COLUMNS = columns('e', ['next_attempt_at', ...OF_OPEN]);

/** What a record takes over from the open row, changed or not. */
export const KEPT = `client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, provider,
  routing, attempt_count, max_attempts, expires_at, resend_of, error_code, traceparent`;

/** Begins the insertion of records: {@link KEPT}, then these. */
export const END = `insert into ended_deliveries as e (${KEPT}, status, reason, provider_message_id, sent_at, delivered_at, updated_at)`;

/**
 * Of the table open_deliveries under the alias `o`: it is being sent, or its provider will tell whether it was. It is not
 * ended before that is known, whatever is asked for: it would be on record as never sent, and what the provider tells of it
 * later would be about nothing.
 */
export const GOES_ON = `(o.status = 'sending' or o.status = 'unknown' and coalesce(o.routing #> '{unknown,told}', 'false') = 'true')`;

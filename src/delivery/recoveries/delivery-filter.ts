import type { UserPk } from '../../platform/common/ids.js';
import type { DeliveryStatus } from '../../engine/deliveries/delivery.js';

/** Which deliveries of a client are meant. */
export interface DeliveryFilter {
  channel?: string | undefined;
  statuses?: readonly DeliveryStatus[] | undefined;
  provider?: string | undefined;
  error_code?: string | undefined;
  user_pk?: UserPk | undefined;
  address?: string | undefined;
  notification_id?: string | undefined;
  tag?: string | undefined;
  /** Only what is left to do ({@link UNRESOLVED}). */
  unresolved?: boolean | undefined;
  /** Which notifications have the tag, where it is known. */
  tagged?: readonly string[] | undefined;
  from: Date;
  /** Not at this time any more. */
  to: Date;
}

/** What a recovery is of, unless it says otherwise: what did not get through. */
export const statusesOf = ({ status }: { status?: DeliveryStatus }): DeliveryFilter['statuses'] =>
  status ? [status] : ['failed', 'expired'];

/** It failed or expired, and was neither sent again nor put aside; as the index `ended_deliveries_unresolved` has it. */
const UNRESOLVED = `d.status in ('failed', 'expired') and d.resent_at is null and d.discarded_at is null`;

/**
 * A recovery does not send it: it was sent again already, put aside, or another one for the same delivery is on its way. The
 * first of those would have been marked as sent again, so that only the others are looked up.
 */
export const DEALT_WITH = `d.resent_at is not null or d.discarded_at is not null or d.resend_of is not null and exists (
  select 1 from open_deliveries o where o.client_id = d.client_id and o.resend_of = d.resend_of)`;

/** From `first` up to, but not including, `end`. */
export interface Window {
  first: Date;
  end: Date;
}

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The first id of this millisecond. */
export const firstIdOf = (time: Date): string => {
  const ms = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-0000-0000-000000000000`;
};

/**
 * Conditions on `deliveries d`. A window is one of ids, which are in the order of lists; what of it is known of `created_at`
 * leaves days out.
 * @param given takes a parameter and says how it is called
 */
export function conditionsOf(
  clientId: string,
  filter: DeliveryFilter,
  { first, end }: Window,
  given: (value: unknown) => string,
): string {
  const client = given(clientId);
  const conditions = [
    `d.client_id = ${client}`,
    `d.id >= ${given(firstIdOf(first))} and d.id < ${given(firstIdOf(end))}`,
    `d.created_at between ${given(new Date(first.getTime() - HOUR_MS))} and ${given(new Date(end.getTime() + HOUR_MS))}`,
    `d.created_at >= ${given(filter.from)} and d.created_at < ${given(filter.to)}`,
  ];
  const equal = (column: string, value: unknown): void => {
    if (value !== undefined) conditions.push(`${column} = ${given(value)}`);
  };
  // Texts of ours, and said as they are: an index holds only some states.
  if (filter.statuses) conditions.push(`d.status in (${filter.statuses.map((status) => `'${status}'`).join(', ')})`);
  if (filter.unresolved) conditions.push(UNRESOLVED);
  equal('d.channel', filter.channel);
  equal('d.provider', filter.provider);
  equal('d.error_code', filter.error_code);
  equal('d.user_pk', filter.user_pk);
  equal('d.source_id', filter.notification_id);
  if (filter.address !== undefined) conditions.push(`lower(d.address) = lower(${given(filter.address)})`);
  if (filter.tagged) conditions.push(`d.source_id = any (${given(filter.tagged)}::uuid[])`);
  else if (filter.tag !== undefined)
    conditions.push(
      `exists (select 1 from notification_tags t where t.client_id = ${client} and t.tag = ${given(filter.tag)} and t.id = d.source_id)`,
    );
  return conditions.join(' and ');
}

/** The windows of a time, each a day at first and then ever longer, for as long as nothing is found. */
export class Windows {
  private days = 1;
  private at: number;

  private readonly from: Date;
  private readonly to: Date;

  /** @param backwards from the end. An id is made a little before or after its row. */
  constructor(
    { from, to }: { from: Date; to: Date },
    private readonly backwards: boolean,
  ) {
    this.from = new Date(from.getTime() - HOUR_MS);
    this.to = new Date(to.getTime() + HOUR_MS);
    this.at = (backwards ? this.to : this.from).getTime();
  }

  /** @param found in the one before; null: there is no more */
  next(found: number): Window | null {
    const [from, to] = [this.from.getTime(), this.to.getTime()];
    if (this.backwards ? this.at <= from : this.at >= to) return null;
    if (found > 0) this.days = 1;
    const length = this.days * DAY_MS;
    this.days *= 2;
    const before = this.at;
    this.at = this.backwards ? Math.max(from, before - length) : Math.min(to, before + length);
    return this.backwards
      ? { first: new Date(this.at), end: new Date(before) }
      : { first: new Date(before), end: new Date(this.at) };
  }
}

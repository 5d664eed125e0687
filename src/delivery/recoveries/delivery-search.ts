import { Injectable } from '@nestjs/common';
import { isUuid, timeOfId, type UserPk } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { invalidField, notFound } from '../../platform/common/problem.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { forOperator, toDelivery } from '../../engine/deliveries/delivery-view.js';
import { DeliveriesReader, type NamedRow } from '../../engine/deliveries/deliveries.reader.js';
import type { DeliveriesQueryDto, RecoveryFilterDto } from './delivery-filter.dto.js';
import { Windows, type DeliveryFilter } from './delivery-filter.js';
import { DeliverySearchRepository } from './delivery-search.repository.js';

const DAY_MS = 86_400_000;
const DAYS = 30;
/** Further back than anything is kept. */
const MAX_DAYS = 400;
/** What was made just now is by a clock that may be ahead of this one. */
const AHEAD_MS = 60_000;
/** Of a tag that more notifications have a page is full soon; of one that fewer have they are looked up one by one. */
const RARE_TAG = 2_000;

/** Deliveries as operators look for them, whatever they are made for. */
@Injectable()
export class DeliverySearch {
  constructor(
    private readonly repository: DeliverySearchRepository,
    private readonly reader: DeliveriesReader,
    private readonly users: UsersService,
    private readonly database: Database,
  ) {}

  /** Newest first, without attempts. @throws Problem `invalid_cursor` */
  async list({ clientId }: Caller, query: DeliveriesQueryDto): Promise<Page<DeliveryDto>> {
    const { limit = 50, status, unresolved } = query;
    const cursor = decodeIdCursor(query.cursor);
    const meant = await this.filterOf(clientId, query, status && [status]);
    const filter = meant && { ...meant, unresolved };
    const backwards = cursor?.direction !== 'prev';
    const beyond = (cursor?.key[0] as string | undefined) ?? null;
    const rows = filter
      ? await this.read(clientId, await this.withTagged(clientId, filter), { beyond, backwards, limit: limit + 1 })
      : [];
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => toDelivery(row, row.user_name ?? undefined),
    );
  }

  /** With its attempts. */
  get(caller: Caller, id: string): Promise<DeliveryDto> {
    return this.database.snapshot((tx) => this.show(tx, caller, id));
  }

  /** @throws Problem `not_found` */
  async show(tx: Tx, { kind, clientId }: Pick<Caller, 'kind' | 'clientId'>, id: string): Promise<DeliveryDto> {
    const row = isUuid(id) ? await this.repository.find(tx, clientId, id, timeOfId(id)) : null;
    if (!row) throw notFound('delivery');
    const [delivery] = await this.reader.whole(tx, clientId, [row]);
    return kind === 'admin' ? forOperator(delivery!) : delivery!;
  }

  /**
   * What a request means.
   * @param under where its fields stand in the request
   * @returns null: nothing can be meant, because there is no such user
   */
  async filterOf(
    clientId: string,
    { user_id, from, to, ...rest }: Omit<RecoveryFilterDto, 'status'>,
    statuses: DeliveryFilter['statuses'],
    under = '',
  ): Promise<DeliveryFilter | null> {
    const { channel, provider, error_code, address, notification_id, tag } = rest;
    const wanted = { channel, provider, error_code, address, notification_id, tag, statuses };
    if (from !== undefined && to !== undefined && Date.parse(from) > Date.parse(to))
      throw invalidField(`${under}from`, 'must not be after to');
    const times = timesOf(from, to, notification_id);
    if (user_id === undefined) return { ...wanted, ...times };
    const found = (await this.users.lookUp(clientId, [user_id], { create: false })).get(user_id);
    return found ? { ...wanted, ...times, user_pk: found.user_pk as UserPk } : null;
  }

  private async withTagged(clientId: string, filter: DeliveryFilter): Promise<DeliveryFilter> {
    const { tag } = filter;
    if (tag === undefined || filter.notification_id !== undefined) return filter;
    return { ...filter, tagged: (await this.repository.tagged(clientId, tag, RARE_TAG)) ?? undefined };
  }

  private async read(
    clientId: string,
    filter: DeliveryFilter,
    { beyond, backwards, limit }: { beyond: string | null; backwards: boolean; limit: number },
  ): Promise<NamedRow[]> {
    const start = beyond === null ? null : timeOfId(beyond);
    const from = !backwards && start && start > filter.from ? start : filter.from;
    const to = backwards && start && start < filter.to ? new Date(start.getTime() + 1) : filter.to;
    const windows = new Windows({ from, to }, backwards);
    const rows: NamedRow[] = [];
    for (let window = windows.next(0); window && rows.length < limit;) {
      const left = limit - rows.length;
      const found = await this.repository.list(this.database, clientId, filter, window, {
        beyond,
        backwards,
        limit: left,
      });
      rows.push(...found);
      window = windows.next(found.length);
    }
    return rows;
  }
}

function timesOf(from: string | undefined, to: string | undefined, notificationId: string | undefined) {
  const now = Date.now();
  const end = to === undefined ? now + AHEAD_MS : Math.min(Date.parse(to), now + AHEAD_MS);
  const known = notificationId === undefined ? end - DAYS * DAY_MS : timeOfId(notificationId).getTime() - DAY_MS;
  const begin = Math.max(from === undefined ? known : Date.parse(from), now - MAX_DAYS * DAY_MS);
  return { from: new Date(begin), to: new Date(end) };
}

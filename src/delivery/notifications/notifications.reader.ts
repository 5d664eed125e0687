import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { isUuid, type UserPk } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { DeliveriesReader } from '../../engine/deliveries/deliveries.reader.js';
import { countsOf, toNotification, type NotificationRow } from './notification.js';
import type { NotificationDto, NotificationsQueryDto } from './notifications.dto.js';
import { NotificationsRepository } from './notifications.repository.js';

const DELIVERIES_SHOWN = 100;

/** Who may see what: a master key everything (narrowed: with `send_notifications`); a user what it sent, and of what it got its own deliveries. */
@Injectable()
export class NotificationsReader {
  constructor(
    private readonly repository: NotificationsRepository,
    private readonly deliveriesReader: DeliveriesReader,
  ) {}

  async list(caller: Caller, query: NotificationsQueryDto): Promise<Page<NotificationDto>> {
    const { limit = 50, status, channel, tag } = query;
    const cursor = decodeIdCursor(query.cursor);
    const filter = { status, channel, tag, viewer: viewerOf(caller) };
    const rows = await this.repository.list(caller.clientId, filter, limit, cursor);
    const counts = await this.deliveriesReader.counts(rows);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => toNotification(row, countsOf(counts.get(row.id))),
    );
  }

  async get(caller: Caller, id: string): Promise<NotificationDto> {
    const row = await this.getRow(caller, id);
    const [counts, page] = await Promise.all([
      this.deliveriesReader.counts([row]),
      this.pageOf(caller, row, { limit: DELIVERIES_SHOWN }),
    ]);
    return { ...toNotification(row, countsOf(counts.get(id))), deliveries: page.data };
  }

  async deliveries(caller: Caller, id: string, query: PageQueryDto): Promise<Page<DeliveryDto>> {
    return this.pageOf(caller, await this.getRow(caller, id), query);
  }

  private async getRow(caller: Caller, id: string): Promise<NotificationRow> {
    const viewer = viewerOf(caller);
    const row = isUuid(id) ? await this.repository.find(caller.clientId, id) : null;
    if (!row) throw notFound('notification');
    if (viewer === null || row.sender_pk === viewer) return row;
    if (!(await this.deliveriesReader.reached(row, viewer))) throw notFound('notification');
    return row;
  }

  private pageOf(caller: Caller, row: NotificationRow, query: PageQueryDto): Promise<Page<DeliveryDto>> {
    const viewer = viewerOf(caller);
    return this.deliveriesReader.page(row, row.sender_pk === viewer ? null : viewer, query);
  }
}

/** null: sees everything of the client. @throws Problem `forbidden` for a narrowed master key that may not send any */
function viewerOf(caller: Caller): UserPk | null {
  if (caller.kind === 'scoped') return caller.user!.user_pk;
  if (may(caller, 'send_notifications')) return null;
  throw new Problem('forbidden', "The client's notifications take a key with the permission send_notifications.");
}

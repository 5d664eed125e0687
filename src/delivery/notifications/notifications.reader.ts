import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { isUuid, type UserId, type UserPk } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { Database } from '../../platform/database/database.js';
import { toDelivery, type DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import type { DeliveryRow } from '../../engine/deliveries/delivery.js';
import { countsOf, toNotification, type NotificationRow } from './notification.js';
import type { NotificationDto, NotificationsQueryDto } from './notifications.dto.js';
import { NotificationsRepository, type AttemptRow } from './notifications.repository.js';

const DELIVERIES_SHOWN = 100;

/** Who may see what: a master key everything (narrowed: with `send_notifications`); a user what it sent, and of what it got its own deliveries. */
@Injectable()
export class NotificationsReader {
  constructor(
    private readonly repository: NotificationsRepository,
    private readonly database: Database,
  ) {}

  async list(caller: Caller, query: NotificationsQueryDto): Promise<Page<NotificationDto>> {
    const { limit = 50, status, channel, tag } = query;
    const cursor = decodeIdCursor(query.cursor);
    const filter = { status, channel, tag, viewer: viewerOf(caller) };
    const rows = await this.repository.list(caller.clientId, filter, limit, cursor);
    const counts = await this.countsOf(rows);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => toNotification(row, counts.get(row.id)!),
    );
  }

  async get(caller: Caller, id: string): Promise<NotificationDto> {
    const row = await this.getRow(caller, id);
    const [counts, page] = await Promise.all([
      this.countsOf([row]),
      this.pageOf(caller, row, { limit: DELIVERIES_SHOWN }),
    ]);
    return { ...toNotification(row, counts.get(id)!), deliveries: page.data };
  }

  async deliveries(caller: Caller, id: string, query: PageQueryDto): Promise<Page<DeliveryDto>> {
    return this.pageOf(caller, await this.getRow(caller, id), query);
  }

  private async getRow(caller: Caller, id: string): Promise<NotificationRow> {
    const viewer = viewerOf(caller);
    const row = isUuid(id) ? await this.repository.find(caller.clientId, id) : null;
    if (!row) throw notFound('notification');
    if (viewer === null || row.sender_pk === viewer) return row;
    const own = await this.repository.deliveries(caller.clientId, row, viewer, 0, null);
    if (own.length === 0) throw notFound('notification');
    return row;
  }

  private async pageOf(
    caller: Caller,
    row: NotificationRow,
    { limit = 50, cursor: text }: PageQueryDto,
  ): Promise<Page<DeliveryDto>> {
    const cursor = decodeIdCursor(text);
    const viewer = viewerOf(caller);
    const only = row.sender_pk === viewer ? null : viewer;
    const rows = await this.repository.deliveries(caller.clientId, row, only, limit, cursor);
    const attempts = groupAttempts(rows.length > 0 ? await this.repository.attempts(caller.clientId, rows) : []);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (delivery) => present(delivery, attempts.get(delivery.id)),
    );
  }

  private async countsOf(rows: NotificationRow[]) {
    const found = rows.length > 0 ? await this.repository.counts(this.database, rows) : [];
    return new Map(rows.map(({ id }) => [id, countsOf(found.filter(({ notification_id }) => notification_id === id))]));
  }
}

/** null: sees everything of the client. @throws Problem `forbidden` for a narrowed master key that may not send any */
function viewerOf(caller: Caller): UserPk | null {
  if (caller.kind === 'scoped') return caller.user!.user_pk;
  if (may(caller, 'send_notifications')) return null;
  throw new Problem('forbidden', "The client's notifications take a key with the permission send_notifications.");
}

const present = (row: DeliveryRow & { user_name: UserId | null }, attempts: AttemptRow[] = []): DeliveryDto => ({
  ...toDelivery(row, row.user_name ?? undefined),
  attempts: attempts.map(({ delivery_id: _, ...attempt }) => ({
    ...attempt,
    attempted_at: attempt.attempted_at.toISOString(),
  })),
});

function groupAttempts(rows: AttemptRow[]): Map<string, AttemptRow[]> {
  const groups = new Map<string, AttemptRow[]>();
  for (const row of rows) groups.set(row.delivery_id, [...(groups.get(row.delivery_id) ?? []), row]);
  return groups;
}

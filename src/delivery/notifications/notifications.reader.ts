import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { isUuid, type UserPk } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { forUser } from '../../engine/deliveries/delivery-view.js';
import { DeliveriesReader } from '../../engine/deliveries/deliveries.reader.js';
import { countsOf, toNotification, type NotificationRow } from './notification.js';
import type { NotificationDto, NotificationsQueryDto } from './notifications.dto.js';
import { NotificationsRepository } from './notifications.repository.js';

const DELIVERIES_SHOWN = 100;

/**
 * Notifications with what became of them; what one answer says is true of one moment.
 *
 * Who may see what: a master key everything (narrowed: with `send_notifications`); a user what it sent, and of what it
 * got its own deliveries and their counts, without what is the client's own affair ({@link forUser}, {@link forRecipient}).
 */
@Injectable()
export class NotificationsReader {
  constructor(
    private readonly repository: NotificationsRepository,
    private readonly deliveriesReader: DeliveriesReader,
    private readonly database: Database,
  ) {}

  async list(caller: Caller, query: NotificationsQueryDto): Promise<Page<NotificationDto>> {
    const { limit = 50, status, channel, tag } = query;
    const cursor = decodeIdCursor(query.cursor);
    const viewer = viewerOf(caller);
    const filter = { status, channel, tag, viewer };
    return this.database.snapshot(async (tx) => {
      const rows = await this.repository.list(tx, caller.clientId, filter, limit, cursor);
      const counts = await this.deliveriesReader.counts(tx, rows, ({ sender_pk }) =>
        sender_pk === viewer ? null : viewer,
      );
      return toPage(
        rows,
        limit,
        cursor,
        ({ id }) => [id],
        (row) => shownTo(caller, row, toNotification(row, countsOf(counts.get(row.id)))),
      );
    });
  }

  get(caller: Caller, id: string): Promise<NotificationDto> {
    return this.read(caller, id, (tx, row, viewer) => this.whole(tx, caller, row, viewer));
  }

  /** As it stands in a transaction, to who sent it. */
  async show(tx: Tx, caller: Caller, id: string): Promise<NotificationDto> {
    const row = await this.repository.find(tx, caller.clientId, id);
    if (!row) throw notFound('notification');
    return this.whole(tx, caller, row, null);
  }

  /**
   * @throws Problem `not_found` to who may not see it, `forbidden` to who only got it
   */
  async checkSender(caller: Caller, id: string): Promise<void> {
    await this.read(caller, id, async (_, row, viewer) => refuseOthers(row, viewer));
  }

  /**
   * What its channels send, as it is stored, in the order of their turns.
   * @throws Problem as {@link checkSender} does
   */
  contents(caller: Caller, id: string): Promise<[channel: string, content: unknown][]> {
    return this.read(caller, id, async (tx, row, viewer) => {
      refuseOthers(row, viewer);
      const channels = await this.repository.channels(tx, row.client_id, id);
      const names = row.fallback?.map(({ channel }) => channel) ?? Object.keys(channels);
      return names.map((name) => [name, channels[name]]);
    });
  }

  private async whole(tx: Tx, caller: Caller, row: NotificationRow, viewer: UserPk | null): Promise<NotificationDto> {
    const counts = await this.deliveriesReader.counts(tx, [row], () => viewer);
    const { data: deliveries } = await this.deliveriesReader.page(tx, row, viewer, { limit: DELIVERIES_SHOWN });
    const whole = { ...toNotification(row, countsOf(counts.get(row.id))), deliveries };
    return shownTo(caller, row, whole);
  }

  deliveries(caller: Caller, id: string, query: PageQueryDto): Promise<Page<DeliveryDto>> {
    return this.read(caller, id, async (tx, row, viewer) => {
      const page = await this.deliveriesReader.page(tx, row, viewer, query);
      return caller.kind === 'scoped' ? { ...page, data: page.data.map(forUser) } : page;
    });
  }

  /**
   * Reads about one notification.
   * @param look `viewer`: the caller sees this user's deliveries only; null: all
   * @throws Problem `not_found`, also when the caller may not see it
   */
  private async read<T>(
    caller: Caller,
    id: string,
    look: (tx: Tx, row: NotificationRow, viewer: UserPk | null) => Promise<T>,
  ): Promise<T> {
    const viewer = viewerOf(caller);
    if (!isUuid(id)) throw notFound('notification');
    return this.database.snapshot(async (tx) => {
      const row = await this.repository.find(tx, caller.clientId, id);
      if (!row) throw notFound('notification');
      if (viewer === null || row.sender_pk === viewer) return look(tx, row, null);
      if (!(await this.deliveriesReader.reached(tx, row, viewer))) throw notFound('notification');
      return look(tx, row, viewer);
    });
  }
}

function shownTo(caller: Caller, { sender_pk }: NotificationRow, notification: NotificationDto): NotificationDto {
  if (caller.kind !== 'scoped') return notification;
  const { deliveries, ...rest } = notification;
  const shown = deliveries ? { ...rest, deliveries: deliveries.map(forUser) } : rest;
  return sender_pk === caller.user!.user_pk ? shown : forRecipient(shown);
}

/** What a client notes of its own notifications is not for those who get them. */
const forRecipient = (notification: NotificationDto): NotificationDto => ({ ...notification, metadata: {}, tags: [] });

function refuseOthers({ sender_pk }: NotificationRow, viewer: UserPk | null): void {
  if (viewer !== null && sender_pk !== viewer)
    throw new Problem('forbidden', 'Only who sent it may change a notification, and the client.');
}

/** null: sees everything of the client. @throws Problem `forbidden` for a narrowed master key that may not send any */
function viewerOf(caller: Caller): UserPk | null {
  if (caller.kind === 'scoped') return caller.user!.user_pk;
  if (may(caller, 'send_notifications')) return null;
  throw new Problem('forbidden', "The client's notifications take a key with the permission send_notifications.");
}

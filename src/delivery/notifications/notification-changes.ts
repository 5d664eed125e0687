import { Injectable } from '@nestjs/common';
import type { Request } from '../../tenancy/access/request.js';
import { mergeMetadata } from '../../platform/common/metadata.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { DeliveryChanges } from '../../engine/deliveries/changes/delivery-changes.js';
import type { DeliveryChange, OpenRow } from '../../engine/deliveries/changes/delivery-changes.repository.js';
import type { FallbackStep } from './fallback/fallback.js';
import { FallbackChains } from './fallback/fallback-chains.repository.js';
import { directionOf } from './fallback/fallback-input.js';
import type { NotificationRow } from './notification.js';
import { NotificationPlanner } from './notification-planner.js';
import type { NotificationDto } from './notifications.dto.js';
import type { PatchNotificationDto } from './notification-orders.dto.js';
import { NotificationsReader } from './notifications.reader.js';
import { NotificationsRepository, type NotificationChange } from './notifications.repository.js';
import { laneName, type ChannelContent } from './plan-deliveries.js';
import { refuseUnsendableTimes, utc } from './times.js';

/** Changes notifications of which something is still open. */
@Injectable()
export class NotificationChanges {
  constructor(
    private readonly database: Database,
    private readonly reader: NotificationsReader,
    private readonly repository: NotificationsRepository,
    private readonly deliveries: DeliveryChanges,
    private readonly planner: NotificationPlanner,
    private readonly chains: FallbackChains,
  ) {}

  /** @throws Problem `not_pending` for what has begun, and where nothing is open */
  async change({ caller }: Request, id: string, dto: PatchNotificationDto): Promise<NotificationDto> {
    const { clientId } = caller;
    await this.reader.checkSender(caller, id);
    const contents = await this.planner.usable(caller, dto.channels ? this.planner.contentsOf(dto.channels) : []);
    return this.database.transaction(
      async (tx) => {
        const open = await this.deliveries.lockOpen(tx, { client_id: clientId, id });
        const row = await this.repository.lock(tx, clientId, id);
        if (!row) throw notFound('notification');
        await this.refuseBegun(tx, row, open, dto, contents);
        const change = changeOf(row, dto, contents);
        await this.repository.update(tx, clientId, id, change);
        if (dto.tags) await this.repository.retag(tx, clientId, id, change.tags);
        await this.deliveries.change(tx, row, deliveryChangeOf(dto, change, contents));
        if (dto.scheduled_for !== undefined) await this.chains.move(tx, row, change.scheduled_for);
        return this.reader.show(tx, caller, id);
      },
      { turn: { tenant: clientId } },
    );
  }

  private async refuseBegun(
    tx: Tx,
    row: NotificationRow,
    open: OpenRow[],
    dto: PatchNotificationDto,
    contents: ChannelContent[],
  ): Promise<void> {
    if (row.open_count === 0) throw notPending('Nothing of it is open any more.');
    const channels = await this.repository.channelsOf(tx, row.client_id, row.id);
    for (const { channel } of contents) {
      if (!channels.includes(channel.name))
        throw invalidField(`channels.${channel.name}`, 'is not among the channels of this notification');
    }
    if (contents.length === 0 && dto.scheduled_for === undefined) return;
    const begun = await this.deliveries.begun(tx, row);
    const late = contents.find(({ channel }) => begun.has(channel.name));
    if (late) throw notPending(`What ${late.channel.name} sends has begun to be sent.`);
    if (dto.scheduled_for !== undefined && (begun.size > 0 || open.length === 0))
      throw notPending('It has begun: its time is over.');
  }
}

export const notPending = (detail: string): Problem => new Problem('not_pending', detail);

/** @throws Problem `validation_failed` */
function changeOf(row: NotificationRow, dto: PatchNotificationDto, contents: ChannelContent[]): NotificationChange {
  const { scheduled_for = row.scheduled_for?.toISOString(), expires_at = row.expires_at?.toISOString() } = dto;
  const moved = dto.scheduled_for === undefined ? {} : { scheduled_for: dto.scheduled_for };
  const ends =
    dto.expires_at === undefined && dto.scheduled_for === undefined ? {} : { expires_at: expires_at ?? null };
  refuseUnsendableTimes({ ...moved, ...ends, begins: scheduled_for ?? null });
  return {
    channels: Object.fromEntries(contents.map(({ channel, content }) => [channel.name, content])),
    fallback: row.fallback && row.fallback.map((step) => redirected(step, contents)),
    priority: dto.priority ?? row.priority,
    scheduled_for: dateOf(scheduled_for),
    expires_at: dateOf(expires_at),
    metadata: dto.metadata === undefined ? row.metadata : mergeMetadata(row.metadata, dto.metadata),
    tags: dto.tags ?? row.tags,
  };
}

/** What is made later goes where the content says that it goes now. */
function redirected(step: FallbackStep, contents: ChannelContent[]): FallbackStep {
  const part = contents.find(({ channel }) => channel.name === step.channel);
  return part ? { ...step, lane: laneName(part), ...directionOf(part) } : step;
}

const deliveryChangeOf = (
  dto: PatchNotificationDto,
  change: NotificationChange,
  contents: ChannelContent[],
): DeliveryChange => ({
  priority: dto.priority,
  expires_at: dto.expires_at === undefined ? undefined : change.expires_at,
  begins_at: dto.scheduled_for === undefined ? undefined : change.scheduled_for,
  redirections: contents.map((part) => ({
    channel: part.channel.name,
    lane: laneName(part),
    ...directionOf(part),
  })),
});

function dateOf(time: string | null | undefined): Date | null {
  const text = utc(time);
  return text === null ? null : new Date(text);
}

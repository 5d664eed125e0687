import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { Quotas } from '../../tenancy/clients/quotas.js';
import type { Request } from '../../tenancy/access/request.js';
import { isUuid, newId } from '../../platform/common/ids.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import type { ChannelDescriptor } from '../../engine/providers/channel.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import { ProviderRoutes } from '../../engine/providers/provider-routes.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import type { Content } from '../../engine/deliveries/delivery.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import { Workers } from '../../engine/deliveries/workers.js';
import { asAccepted, NOTIFICATION } from './notification.js';
import type { AcknowledgedDto, ChannelsInputDto, NotificationDto, NotificationInputDto } from './notifications.dto.js';
import type { Accepted, NewNotification } from './notifications.repository.js';
import { NotificationsWriter } from './notifications.writer.js';
import { byChannel, planDeliveries, type ChannelContent } from './plan-deliveries.js';
import { Recipients } from './recipients.js';

/** Takes notifications on: once answered, they and their deliveries are rows, and the engine does the rest. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly recipients: Recipients,
    private readonly writer: NotificationsWriter,
    private readonly workers: Workers,
    private readonly due: DueSignal,
    private readonly deliveries: DeliveriesService,
    private readonly routes: ProviderRoutes,
    private readonly registry: ProviderRegistry,
    private readonly quotas: Quotas,
  ) {}

  /** One transaction: the notification, its deliveries, and what became of those that can't be sent at all. */
  async accept(request: Request, input: NotificationInputDto): Promise<NotificationDto> {
    const { caller } = request;
    const contents = this.contentsOf(input.channels);
    refuseBeyondPermission(caller, contents, this.registry.channels());
    refuseUnsendable(input, contents, this.registry.channels());
    await this.refuseUnknownProvider(caller.clientId, contents);
    const channels = contents.map(({ channel }) => channel);
    const people = await this.recipients.resolve(caller, input.recipients ?? [], channels);
    const deliveries = planDeliveries(contents, people, input.max_retry_attempts);
    if (deliveries.length === 0) throw invalidField('recipients', 'name nobody: the rooms have no such members');
    if (deliveries.length > limits.deliveries) {
      throw invalidField(
        'recipients',
        `make ${deliveries.length} deliveries; a notification has at most ${limits.deliveries}`,
      );
    }
    await this.quotas.take(request, byChannel(deliveries));
    const row = toRow(caller, input, contents);
    return this.writeAndBegin(request, { client_id: caller.clientId, row, deliveries });
  }

  /** What there is room for here is on its way when this returns; the rest waits for whoever has room. */
  private async writeAndBegin(request: Request, item: Accepted): Promise<NotificationDto> {
    const reservation = this.workers.reserve(item.client_id, item.deliveries);
    try {
      const written = await this.writer.write(request, item);
      const contents = item.row.channels as Record<string, Content>;
      const left = reservation.begin({ ...written, source_kind: NOTIFICATION }, (channel) => contents[channel]!);
      if (left) this.due.raise();
      return asAccepted(written);
    } finally {
      reservation.end();
    }
  }

  /**
   * A device of the caller's user has shown the socket notification: `sent` becomes `delivered`. Again changes nothing.
   * @param deliveryId `delivery_id` of notification.created
   * @throws Problem `not_found` for what is no id
   */
  async acknowledge(caller: Caller, deliveryId: string): Promise<AcknowledgedDto> {
    if (!caller.user) throw new Problem('forbidden', 'Only a user acknowledges notifications: name one in X-User-Id.');
    if (!isUuid(deliveryId)) throw notFound('notification');
    const acknowledged = await this.deliveries.acknowledge(caller.clientId, caller.user.user_pk, deliveryId);
    return { id: deliveryId, acknowledged };
  }

  /** In the order of the registry. */
  private contentsOf(inputs: ChannelsInputDto): ChannelContent[] {
    return this.registry.channels().flatMap((channel) => {
      const input = inputs[channel.name];
      return input ? [{ channel, content: channel.toContent(input, `channels.${channel.name}`) }] : [];
    });
  }

  private async refuseUnknownProvider(clientId: string, contents: ChannelContent[]): Promise<void> {
    for (const { channel, content } of contents) {
      const named = channel.namedProvider?.(content);
      if (named === undefined || (await this.routes.has(clientId, channel.name, named))) continue;
      throw invalidField(`channels.${channel.name}.provider`, 'is not the name of a provider of this client');
    }
  }
}

const namesOf = (channels: ChannelDescriptor[]): string => channels.map(({ name }) => name).join(', ');

function refuseBeyondPermission(caller: Caller, contents: ChannelContent[], all: ChannelDescriptor[]): void {
  if (caller.kind === 'scoped' && contents.some(({ channel }) => !channel.scopedKeys)) {
    const allowed = all.filter(({ scopedKeys }) => scopedKeys);
    throw new Problem('forbidden', `A scoped key sends ${namesOf(allowed)} notifications only.`);
  }
}

function refuseUnsendable(
  { recipients = [], expires_at }: NotificationInputDto,
  contents: ChannelContent[],
  all: ChannelDescriptor[],
): void {
  if (contents.length === 0) throw invalidField('channels', `must have at least one of ${namesOf(all)}`);
  if (recipients.length === 0 && contents.some(({ channel }) => channel.reach))
    throw invalidField('recipients', 'must name at least one recipient');
  if (expires_at !== undefined && Date.parse(expires_at) <= Date.now())
    throw invalidField('expires_at', 'must be in the future');
}

const toRow = (caller: Caller, input: NotificationInputDto, contents: ChannelContent[]): NewNotification => ({
  id: newId(),
  sender_pk: caller.user?.user_pk ?? null,
  priority: input.priority ?? 'normal',
  channels: Object.fromEntries(contents.map(({ channel, content }) => [channel.name, content])),
  // In UTC: PostgreSQL reads fewer offsets, and fewer digits, than RFC 3339 has.
  expires_at: input.expires_at === undefined ? null : new Date(input.expires_at).toISOString(),
  max_retry_attempts: input.max_retry_attempts ?? null,
  metadata: input.metadata ?? {},
  tags: input.tags ?? [],
});

import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { isUuid, newId } from '../../platform/common/ids.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { ProviderRoutes } from '../../engine/providers/provider-routes.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import { Dispatcher } from '../../engine/deliveries/dispatcher.js';
import type { Channels } from './notification.js';
import type { AcknowledgedDto, NotificationDto, NotificationInputDto } from './notifications.dto.js';
import type { NewNotification } from './notifications.repository.js';
import { NotificationsWriter } from './notifications.writer.js';
import { planDeliveries } from './plan-deliveries.js';
import { Recipients } from './recipients.js';
import { toEmailContent } from './email-content.js';

/** Takes notifications on: once answered, they and their deliveries are rows, and the engine does the rest. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly recipients: Recipients,
    private readonly writer: NotificationsWriter,
    private readonly dispatcher: Dispatcher,
    private readonly deliveries: DeliveriesService,
    private readonly routes: ProviderRoutes,
  ) {}

  /** One transaction: the notification, its deliveries, and what became of those that can't be sent at all. */
  async accept(request: Request, input: NotificationInputDto): Promise<NotificationDto> {
    const { caller } = request;
    const channels = toChannels(input);
    refuseBeyondPermission(caller, channels);
    refuseUnsendable(input, channels);
    await this.refuseUnknownProvider(caller.clientId, channels.email?.provider);
    const people = await this.recipients.resolve(caller, input.recipients ?? [], channels.email !== undefined);
    const deliveries = planDeliveries(channels, people, input.max_retry_attempts);
    if (deliveries.length === 0) throw invalidField('recipients', 'name nobody: the rooms have no such members');
    if (deliveries.length > limits.deliveries) {
      throw invalidField(
        'recipients',
        `make ${deliveries.length} deliveries; a notification has at most ${limits.deliveries}`,
      );
    }
    const item = { client_id: caller.clientId, row: toRow(caller, input, channels), deliveries };
    const answer = await this.writer.write(request, item);
    this.dispatcher.wake();
    return answer;
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

  private async refuseUnknownProvider(clientId: string, name: string | undefined): Promise<void> {
    if (name === undefined || (await this.routes.has(clientId, 'email', name))) return;
    throw invalidField('channels.email.provider', 'is not the name of a provider of this client');
  }
}

function toChannels({ channels: { email, websocket, webhook } }: NotificationInputDto): Channels {
  return {
    ...(email ? { email: toEmailContent(email) } : {}),
    ...(websocket
      ? { websocket: { title: websocket.title ?? null, body: websocket.body ?? null, data: websocket.data ?? null } }
      : {}),
    // Serialised once: every attempt signs and sends these very bytes.
    ...(webhook ? { webhook: { url: checkUrl(webhook.url), body: JSON.stringify(webhook.payload) } } : {}),
  };
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw invalidField('channels.webhook.url', 'must be an absolute http or https URL');
  if (url.username !== '' || url.password !== '') {
    throw invalidField('channels.webhook.url', 'must not hold a user name or password: verify the signature instead');
  }
  return text;
}

function refuseBeyondPermission(caller: Caller, { email, webhook }: Channels): void {
  if (caller.kind === 'scoped' && (email || webhook)) {
    throw new Problem('forbidden', 'A scoped key sends websocket notifications only.');
  }
}

function refuseUnsendable(
  { recipients = [], expires_at }: NotificationInputDto,
  { email, websocket, webhook }: Channels,
): void {
  if (!email && !websocket && !webhook)
    throw invalidField('channels', 'must have at least one of email, websocket, webhook');
  if ((email || websocket) && recipients.length === 0)
    throw invalidField('recipients', 'must name at least one recipient');
  if (expires_at !== undefined && Date.parse(expires_at) <= Date.now())
    throw invalidField('expires_at', 'must be in the future');
}

const toRow = (caller: Caller, input: NotificationInputDto, channels: Channels): NewNotification => ({
  id: newId(),
  sender_pk: caller.user?.user_pk ?? null,
  priority: input.priority ?? 'normal',
  channels,
  expires_at: input.expires_at ?? null,
  max_retry_attempts: input.max_retry_attempts ?? null,
  metadata: input.metadata ?? {},
  tags: input.tags ?? [],
});

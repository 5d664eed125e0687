import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { NotificationChanges } from './notification-changes.js';
import { NotificationEnds } from './notification-ends.js';
import { NotificationBatchDto, NotificationResultsDto, PatchNotificationDto } from './notification-orders.dto.js';
import { NOTIFICATION_EXAMPLES } from './notifications.examples.js';
import { NotificationOrders } from './notification-orders.service.js';
import { NotificationDto, NotificationInputDto, NotificationsQueryDto } from './notifications.dto.js';
import { NotificationsReader } from './notifications.reader.js';
import type { Answer } from './notifications.service.js';

const NOTIFICATIONS = tag(
  'Notifications',
  'Tell recipients something over email, websocket and webhook at once, and see what became of it.',
);

const SEEN_BY_USERS =
  'A scoped key sees of deliveries neither `provider`, `routing` and `provider_message_id` nor what the other side answered: these are null.';

@Tag(NOTIFICATIONS)
@Controller('notifications')
export class NotificationsController {
  constructor(
    private readonly orders: NotificationOrders,
    private readonly changes: NotificationChanges,
    private readonly ends: NotificationEnds,
    private readonly reader: NotificationsReader,
  ) {}

  @Post(['', 'send'])
  @ApiBody({ type: NotificationInputDto, examples: NOTIFICATION_EXAMPLES })
  @Route({
    summary: 'Send a notification over email, websocket and webhook',
    description:
      'Accepted means kept: each recipient gets one delivery per channel, retried until it is settled. A recipient who has no address for a channel gets a delivery there that is `suppressed` and says why.',
    access: 'send_notifications',
    status: 202,
    answer: NotificationDto,
    also: { 200: 'Nothing was made: it was accepted before under this dedup_key, or only simulated.' },
    errors: ['user_unavailable', 'endpoint_disabled', 'not_found', 'too_large'],
    actsForUser: true,
    idempotent: true,
    limited: 'notifications',
    bodyBytes: 'notification_body_bytes',
  })
  send(@CurrentRequest() request: Request, @Body() input: NotificationInputDto): Promise<Answer> {
    return this.orders.one(request, input);
  }

  @Post('batch')
  @Route({
    summary: 'Send up to 100 notifications',
    description:
      'Each is answered on its own, and counts on its own: one at fault, or beyond a quota, keeps no other from being sent.',
    access: 'send_notifications',
    status: 202,
    answer: NotificationResultsDto,
    errors: ['too_large'],
    actsForUser: true,
    idempotent: true,
    limited: 'notifications',
    itemwise: true,
    bodyBytes: 'notification_body_bytes',
  })
  sendMany(@CurrentRequest() request: Request, @Body() dto: NotificationBatchDto): Promise<NotificationResultsDto> {
    return this.orders.many(request, dto);
  }

  @Get()
  @Route({
    summary: 'List notifications, newest first',
    description:
      "A scoped key sees what its user sent or got; of what it got not `metadata` and `tags`, which are the client's notes.",
    access: 'key',
    page: NotificationDto,
    errors: ['invalid_cursor'],
  })
  list(@CurrentCaller() caller: Caller, @Query() query: NotificationsQueryDto): Promise<Page<NotificationDto>> {
    return this.reader.list(caller, query);
  }

  @Get(':id')
  @Route({
    summary: 'Get a notification with its first 100 deliveries and their attempts',
    description: SEEN_BY_USERS,
    access: 'key',
    answer: NotificationDto,
    errors: ['not_found'],
  })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<NotificationDto> {
    return this.reader.get(caller, id);
  }

  @Get(':id/deliveries')
  @Route({
    summary: 'List the deliveries of a notification with their attempts',
    description: SEEN_BY_USERS,
    access: 'key',
    page: DeliveryDto,
    errors: ['not_found', 'invalid_cursor'],
  })
  deliveries(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: PageQueryDto,
  ): Promise<Page<DeliveryDto>> {
    return this.reader.deliveries(caller, id, query);
  }

  @Patch(':id')
  @Route({
    summary: 'Change what is still open of a notification',
    description:
      'Its time can be moved, and what a channel sends be replaced, as long as nothing of it has begun; a priority holds for whatever still waits.',
    access: 'send_notifications',
    answer: NotificationDto,
    errors: ['not_found', 'not_pending', 'endpoint_disabled', 'too_large'],
    actsForUser: true,
    bodyBytes: 'notification_body_bytes',
  })
  patch(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: PatchNotificationDto,
  ): Promise<NotificationDto> {
    return this.changes.change(request, id, dto);
  }

  @Put(':id')
  @Route({
    summary: 'Change what is still open of a notification',
    description: 'The same as PATCH, for callers of the first version.',
    deprecated: true,
    access: 'send_notifications',
    answer: NotificationDto,
    errors: ['not_found', 'not_pending', 'endpoint_disabled', 'too_large'],
    actsForUser: true,
    bodyBytes: 'notification_body_bytes',
  })
  put(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: PatchNotificationDto,
  ): Promise<NotificationDto> {
    return this.changes.change(request, id, dto);
  }

  @Post(':id/cancel')
  @Route({
    summary: 'Cancel what is still open of a notification',
    description: 'What is being sent just now goes on, and is not tried again should it fail.',
    access: 'send_notifications',
    answer: NotificationDto,
    errors: ['not_found', 'not_pending'],
    actsForUser: true,
    idempotent: true,
  })
  cancel(@CurrentRequest() request: Request, @Param('id') id: string): Promise<NotificationDto> {
    return this.ends.cancel(request, id);
  }

  @Post(':id/retry')
  @Route({
    summary: 'Try again what failed or expired of a notification',
    access: 'send_notifications',
    answer: NotificationDto,
    errors: ['not_found', 'not_pending'],
    actsForUser: true,
    idempotent: true,
  })
  retry(@CurrentRequest() request: Request, @Param('id') id: string): Promise<NotificationDto> {
    return this.ends.retry(request, id);
  }

  @Delete(':id')
  @Route({
    summary: 'Cancel what is still open of a notification',
    description: 'The notification stays on record.',
    access: 'send_notifications',
    status: 204,
    errors: ['not_found'],
    actsForUser: true,
  })
  remove(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.ends.remove(request, id);
  }
}

import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { NotificationDto, NotificationInputDto, NotificationsQueryDto } from './notifications.dto.js';
import { NotificationsReader } from './notifications.reader.js';
import { NotificationsService } from './notifications.service.js';

const NOTIFICATIONS = tag(
  'Notifications',
  'Tell recipients something over email, websocket and webhook at once, and see what became of it.',
);

@Tag(NOTIFICATIONS)
@Controller('notifications')
export class NotificationsController {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly reader: NotificationsReader,
  ) {}

  @Post(['', 'send'])
  @Route({
    summary: 'Send a notification over email, websocket and webhook',
    description:
      'Accepted means kept: each recipient gets one delivery per channel, retried until it is settled. A recipient who has no address for a channel gets a delivery there that is `suppressed` and says why.',
    access: 'send_notifications',
    status: 202,
    answer: NotificationDto,
    errors: ['user_unavailable', 'not_found', 'too_large'],
    actsForUser: true,
    idempotent: true,
    limited: 'notifications',
    bodyBytes: 'notification_body_bytes',
  })
  send(@CurrentRequest() request: Request, @Body() input: NotificationInputDto): Promise<NotificationDto> {
    return this.notifications.accept(request, input);
  }

  @Get()
  @Route({
    summary: 'List notifications, newest first',
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
}

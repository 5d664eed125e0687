import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { RecoveryDto } from '../recoveries/recoveries.dto.js';
import { EndpointHistoryService } from './endpoint-history.service.js';
import {
  EndpointDeliveriesQueryDto,
  EndpointDeliveryDto,
  EndpointStatsDto,
  EndpointRecoverDto,
} from './endpoint-history.dto.js';
import { EndpointTestDto, EventTypeDto } from './endpoints.dto.js';
import { EventTypes } from './event-types.js';
import { EndpointRecoveriesService } from './endpoint-recoveries.service.js';
import { WEBHOOKS } from './webhooks.tag.js';

const OF_ONE = { id: 'The endpoint.' };

/** What endpoints can be told, and were. */
@Tag(WEBHOOKS)
@Controller('webhooks')
export class EndpointHistoryController {
  constructor(
    private readonly history: EndpointHistoryService,
    private readonly recoveries: EndpointRecoveriesService,
    private readonly types: EventTypes,
  ) {}

  @Get('event-types')
  @Route({ summary: 'List the types of events', access: 'master', list: EventTypeDto })
  eventTypes(): EventTypeDto[] {
    return this.types.list();
  }

  @Get('endpoints/:id/deliveries')
  @Route({
    summary: 'What an endpoint was told, with every attempt',
    description: 'Newest first. What waits for its turn is `pending`, reason `waiting_for_turn`.',
    access: 'master',
    page: EndpointDeliveryDto,
    errors: ['not_found'],
    params: OF_ONE,
  })
  list(
    @CurrentCaller() { clientId }: Caller,
    @Param('id') id: string,
    @Query() query: EndpointDeliveriesQueryDto,
  ): Promise<Page<EndpointDeliveryDto>> {
    return this.history.list(clientId, id, query);
  }

  @Get('endpoints/:id/stats')
  @Route({
    summary: 'What became of the events of the last day',
    access: 'master',
    answer: EndpointStatsDto,
    errors: ['not_found'],
    params: OF_ONE,
  })
  stats(@CurrentCaller() { clientId }: Caller, @Param('id') id: string): Promise<EndpointStatsDto> {
    return this.history.stats(clientId, id);
  }

  @Post('endpoints/:id/test')
  @Route({
    summary: 'Send an example to an endpoint, now',
    description:
      'Also to one that is disabled. Once: it is not tried again, and says nothing of the health of the endpoint. Answers the delivery with its attempt.',
    access: 'master',
    answer: EndpointDeliveryDto,
    errors: ['not_found', 'validation_failed'],
    params: OF_ONE,
    idempotent: true,
  })
  test(
    @CurrentCaller() { clientId }: Caller,
    @Param('id') id: string,
    @Body() { event_type }: EndpointTestDto,
  ): Promise<EndpointDeliveryDto> {
    return this.history.test(clientId, id, event_type);
  }

  @Post('endpoints/:id/recover')
  @Route({
    summary: 'Send an endpoint what it was not told',
    description:
      'Of the events since then: those that failed for good, and those that happened while it was disabled. Each goes under its own `webhook-id`, with the same body as before, and once. However many there are, it goes on by itself, also over restarts; how far it has come says `GET /recoveries/{id}`, and `POST /recoveries/{id}/cancel` stops it.',
    audit: 'endpoint.recover',
    access: 'master',
    status: 202,
    answer: RecoveryDto,
    errors: ['not_found', 'conflict', 'validation_failed'],
    params: OF_ONE,
    idempotent: true,
  })
  recover(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: EndpointRecoverDto,
  ): Promise<RecoveryDto> {
    return this.recoveries.recover(request, id, dto);
  }
}

import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { DeliveryActions } from './delivery-actions.js';
import { DeliveriesQueryDto } from './delivery-filter.dto.js';
import { DeliverySearch } from './delivery-search.js';

export const DELIVERIES = tag('Deliveries', 'What became of each delivery; sending again what did not get through.');

@Tag(DELIVERIES)
@Controller('deliveries')
export class DeliveriesController {
  constructor(
    private readonly search: DeliverySearch,
    private readonly actions: DeliveryActions,
  ) {}

  @Get()
  @Route({
    summary: 'List deliveries, newest first',
    description:
      'Of the last 30 days, unless `from` says otherwise. `unresolved=true` lists the dead letters that are left: what failed or expired, and was neither sent again nor put aside.',
    access: 'master',
    operated: true,
    page: DeliveryDto,
    errors: ['invalid_cursor'],
  })
  list(@CurrentCaller() caller: Caller, @Query() query: DeliveriesQueryDto): Promise<Page<DeliveryDto>> {
    return this.search.list(caller, query);
  }

  @Get(':id')
  @Route({
    summary: 'Get a delivery with its attempts',
    access: 'master',
    operated: true,
    answer: DeliveryDto,
    errors: ['not_found'],
  })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeliveryDto> {
    return this.search.get(caller, id);
  }

  @Post(':id/resend')
  @Route({
    summary: 'Send a delivery again',
    description:
      'A new delivery of the same content, which says of which it is the repetition, and has the `webhook-id` of the first one; the other one says `resent_by`. It is tried as often as its notification says. While it is on its way, asking again answers the same one.',
    audit: 'delivery.resend',
    access: 'master',
    operated: true,
    status: 202,
    answer: DeliveryDto,
    errors: ['not_found', 'conflict'],
    idempotent: true,
  })
  resend(@CurrentRequest() request: Request, @Param('id') id: string): Promise<DeliveryDto> {
    return this.actions.resend(request, id);
  }

  @Post(':id/discard')
  @Route({
    summary: 'Put a failed delivery aside',
    description: 'It stays on record, with `discarded_at`, and no recovery sends it again.',
    audit: 'delivery.discard',
    access: 'master',
    operated: true,
    answer: DeliveryDto,
    errors: ['not_found', 'conflict'],
    idempotent: true,
  })
  discard(@CurrentRequest() request: Request, @Param('id') id: string): Promise<DeliveryDto> {
    return this.actions.discard(request, id);
  }
}

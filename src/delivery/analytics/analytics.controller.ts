import { Controller, Get, Query } from '@nestjs/common';
import { CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import {
  DeliveriesAnswerDto,
  DeliveryAnalyticsQueryDto,
  LatencyAnswerDto,
  LatencyQueryDto,
  StatsDto,
  StatsQueryDto,
} from './analytics.dto.js';
import { LedgerDto, LedgerQueryDto } from './ledger.dto.js';
import { AnalyticsService } from './analytics.service.js';
import { Accept, negotiate } from './negotiate.js';

export const ANALYTICS = tag('Analytics', 'Deliveries and messages in numbers, and the ledger that they add up to.');

export const CSV = 'With `Accept: text/csv` the rows come as CSV.';

@Tag(ANALYTICS)
@Controller()
export class AnalyticsController {
  constructor(private readonly analytics: AnalyticsService) {}

  @Get('analytics/deliveries')
  @Route({
    summary: 'What became of deliveries, by when they were accepted',
    description: `States, opens, clicks, attempts and how long it took. ${CSV}`,
    access: 'read_analytics',
    operated: true,
    answer: DeliveriesAnswerDto,
  })
  async deliveries(
    @CurrentRequest() request: Request,
    @Query() query: DeliveryAnalyticsQueryDto,
    @Accept() accept?: string,
  ): Promise<DeliveriesAnswerDto | string> {
    const answer = await this.analytics.deliveries(request.caller.clientId, query);
    return negotiate(request, accept, answer, answer.data, ['bucket', 'group', 'accepted']);
  }

  @Get('analytics/latency')
  @Route({
    summary:
      'How long deliveries took: percentiles from the acceptance to the first attempt, until sent, until delivered',
    description: CSV,
    access: 'read_analytics',
    operated: true,
    answer: LatencyAnswerDto,
  })
  async latency(
    @CurrentRequest() request: Request,
    @Query() query: LatencyQueryDto,
    @Accept() accept?: string,
  ): Promise<LatencyAnswerDto | string> {
    const answer = await this.analytics.latency(request.caller.clientId, query);
    return negotiate(request, accept, answer, answer.data, ['bucket', 'group', 'count']);
  }

  @Get('analytics/ledger')
  @Route({
    summary: 'The ledger: what was accepted, and the states that it is in',
    description: `Of one moment: not a change is missing. \`difference\` is 0, or something was lost. ${CSV}`,
    access: 'read_analytics',
    operated: true,
    answer: LedgerDto,
  })
  async ledger(
    @CurrentRequest() request: Request,
    @Query() query: LedgerQueryDto,
    @Accept() accept?: string,
  ): Promise<LedgerDto | string> {
    const answer = await this.analytics.ledger(request.caller.clientId, query);
    const rows = answer.data ?? answer.channels;
    return negotiate(request, accept, answer, rows, ['channel', 'accepted', 'balanced', 'difference']);
  }

  @Get('notifications/stats')
  @Route({
    summary: 'Deliveries of a time in a few numbers',
    description: `Of the last 24 hours unless told, by when they were accepted. ${CSV}`,
    access: 'read_analytics',
    operated: true,
    answer: StatsDto,
  })
  async stats(
    @CurrentRequest() request: Request,
    @Query() query: StatsQueryDto,
    @Accept() accept?: string,
  ): Promise<StatsDto | string> {
    const answer = await this.analytics.stats(request.caller.clientId, query);
    return negotiate(request, accept, answer, [answer]);
  }
}

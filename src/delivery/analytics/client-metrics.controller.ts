import { Controller, Get, Param, Query } from '@nestjs/common';
import type { UserId } from '../../platform/common/ids.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { ANALYTICS, CSV } from './analytics.controller.js';
import { AnalyticsQueryDto, PeriodQueryDto } from './analytics.dto.js';
import {
  MessagesAnswerDto,
  MetricsBucketsDto,
  MetricsDto,
  StepsQueryDto,
  UserMetricsDto,
} from './client-metrics.dto.js';
import { ClientMetrics } from './client-metrics.service.js';
import { Accept, negotiate } from './negotiate.js';
import type { Interval } from './period.js';

@Tag(ANALYTICS)
@Controller()
export class ClientMetricsController {
  constructor(private readonly metrics: ClientMetrics) {}

  @Get('analytics/messages')
  @Route({
    summary: 'Messages, who sent them, in how many rooms, and connections',
    description: `Seconds behind the sends. Deleted messages count as sent. ${CSV}`,
    access: 'read_analytics',
    operated: true,
    answer: MessagesAnswerDto,
  })
  async messages(
    @CurrentRequest() request: Request,
    @Query() query: AnalyticsQueryDto,
    @Accept() accept?: string,
  ): Promise<MessagesAnswerDto | string> {
    const answer = await this.metrics.messages(request.caller.clientId, query);
    return negotiate(request, accept, answer, answer.data, [
      'bucket',
      'messages',
      'active_users',
      'active_rooms',
      'peak_connections',
    ]);
  }

  @Get('metrics')
  @Route({
    summary: 'The client at a glance: now, and the last 24 hours',
    access: 'read_analytics',
    operated: true,
    answer: MetricsDto,
  })
  overview(@CurrentCaller() caller: Caller, @Query() query: PeriodQueryDto): Promise<MetricsDto> {
    return this.metrics.overview(caller.clientId, query);
  }

  @Get('metrics/hourly')
  @Route({
    summary: 'Messages and deliveries by the hour, of the last 24 unless told',
    description: CSV,
    access: 'read_analytics',
    answer: MetricsBucketsDto,
  })
  hourly(
    @CurrentRequest() request: Request,
    @Query() query: StepsQueryDto,
    @Accept() accept?: string,
  ): Promise<MetricsBucketsDto | string> {
    return this.steps(request, '1h', query, accept);
  }

  @Get('metrics/daily')
  @Route({
    summary: 'Messages and deliveries by the day, of the last 30 unless told',
    description: CSV,
    access: 'read_analytics',
    answer: MetricsBucketsDto,
  })
  daily(
    @CurrentRequest() request: Request,
    @Query() query: StepsQueryDto,
    @Accept() accept?: string,
  ): Promise<MetricsBucketsDto | string> {
    return this.steps(request, '1d', query, accept);
  }

  @Get('metrics/user/:user_id')
  @Route({
    summary: 'What a user sent and got',
    description: `Of the last 24 hours unless told. A scoped key sees those with whom its user shares a room. ${CSV}`,
    access: 'read_analytics',
    answer: UserMetricsDto,
    params: { user_id: "The client's own id of the user; `me` is the caller." },
    errors: ['not_found'],
  })
  async user(
    @CurrentRequest() request: Request,
    @Param('user_id') userId: string,
    @Query() query: PeriodQueryDto,
    @Accept() accept?: string,
  ): Promise<UserMetricsDto | string> {
    const answer = await this.metrics.ofUser(request.caller, userId as UserId, query);
    return negotiate(request, accept, answer, [answer]);
  }

  private async steps(request: Request, interval: Interval, query: StepsQueryDto, accept?: string) {
    const answer = await this.metrics.steps(request.caller.clientId, interval, query);
    return negotiate(request, accept, answer, answer.data, ['bucket', 'messages', 'accepted']);
  }
}

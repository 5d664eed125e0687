import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Existing, type Request } from '../../../tenancy/access/request.js';
import { Route, Tag } from '../../../tenancy/access/route.js';
import type { Page } from '../../../platform/common/pagination.js';
import { MODERATION } from '../blocks/blocks.controller.js';
import { CreateReportDto, ReportDto, ReportsQueryDto, UpdateReportDto } from './reports.dto.js';
import { ReportsService } from './reports.service.js';

/** Reports of messages. */
@Tag(MODERATION)
@Controller()
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Post('rooms/:room_id/messages/:id/reports')
  @Route({
    summary: 'Report a message',
    description: "By whoever sees it; each user's first report of a message counts. Who sent it is not told.",
    access: 'read_messages',
    status: 201,
    also: { 200: 'The user has reported this message before: the first report.' },
    answer: ReportDto,
    errors: ['not_found'],
    actsForUser: true,
    idempotent: true,
    limited: 'messages',
  })
  report(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Body() dto: CreateReportDto,
  ): Promise<ReportDto | Existing<ReportDto>> {
    return this.reports.report(request, roomId, id, dto);
  }

  @Get('reports')
  @Route({
    summary: 'List reports, newest first',
    description: "What users reported and what the client's word lists flagged, which comes within seconds.",
    access: 'master',
    page: ReportDto,
    errors: ['invalid_cursor'],
  })
  list(@CurrentCaller() caller: Caller, @Query() query: ReportsQueryDto): Promise<Page<ReportDto>> {
    return this.reports.list(caller, query);
  }

  @Patch('reports/:id')
  @Route({
    summary: 'Decide on a report',
    description: 'It changes the report alone: what becomes of the message or its sender is done by their own routes.',
    access: 'master',
    answer: ReportDto,
    errors: ['not_found'],
  })
  decide(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: UpdateReportDto,
  ): Promise<ReportDto> {
    return this.reports.decide(request, id, dto);
  }
}

import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { DELIVERIES } from './deliveries.controller.js';
import { RecoveryDto, StartRecoveryDto } from './recoveries.dto.js';
import { RecoveriesService } from './recoveries.service.js';

@Tag(DELIVERIES)
@Controller('recoveries')
export class RecoveriesController {
  constructor(private readonly recoveries: RecoveriesService) {}

  @Post()
  @Route({
    summary: 'Send again what a filter matches',
    description:
      'Goes on by itself, at most so many a second, over restarts, and sends nothing twice. What was sent again already, or was discarded, is skipped.',
    audit: 'recovery.create',
    access: 'master',
    operated: true,
    status: 202,
    answer: RecoveryDto,
    idempotent: true,
  })
  start(@CurrentRequest() request: Request, @Body() dto: StartRecoveryDto): Promise<RecoveryDto> {
    return this.recoveries.start(request, dto);
  }

  @Get()
  @Route({
    summary: 'List recoveries, newest first',
    access: 'master',
    operated: true,
    page: RecoveryDto,
    errors: ['invalid_cursor'],
  })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQueryDto): Promise<Page<RecoveryDto>> {
    return this.recoveries.list(caller, query);
  }

  @Get(':id')
  @Route({
    summary: 'See how far a recovery has come',
    access: 'master',
    operated: true,
    answer: RecoveryDto,
    errors: ['not_found'],
  })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<RecoveryDto> {
    return this.recoveries.get(caller, id);
  }

  @Post(':id/cancel')
  @Route({
    summary: 'Stop a recovery',
    description: 'What it has sent again goes on.',
    audit: 'recovery.cancel',
    access: 'master',
    operated: true,
    answer: RecoveryDto,
    errors: ['not_found'],
    idempotent: true,
  })
  cancel(@CurrentRequest() request: Request, @Param('id') id: string): Promise<RecoveryDto> {
    return this.recoveries.cancel(request, id);
  }
}

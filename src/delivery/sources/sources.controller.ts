import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { InboundEventsService } from './inbound-events.service.js';
import { SOURCES } from './inbound.controller.js';
import {
  CreateSourceDto,
  InboundEventDto,
  InboundEventsQueryDto,
  ReplayDto,
  ReplayedDto,
  SourceDto,
  UpdateSourceDto,
} from './sources.dto.js';
import { SourcesService } from './sources.service.js';

/** Where the asker reached us: what addresses begin with where PUBLIC_URL is not set. */
const originOf = ({ protocol, host }: FastifyRequest): string => `${protocol}://${host}`;

const EVENT_ID = { event_id: 'Of the event.' };

@Tag(SOURCES)
@Controller('webhooks/sources')
export class SourcesController {
  constructor(
    private readonly sources: SourcesService,
    private readonly events: InboundEventsService,
  ) {}

  @Get()
  @Route({ summary: 'List sources', access: 'master', page: SourceDto, errors: ['invalid_cursor'] })
  list(
    @CurrentCaller() caller: Caller,
    @Query() query: PageQueryDto,
    @Req() req: FastifyRequest,
  ): Promise<Page<SourceDto>> {
    return this.sources.list(caller.clientId, query, originOf(req));
  }

  @Post()
  @Route({
    summary: 'Make a source',
    description:
      'An address for another service to send to; `verification` says how its requests are signed. Secrets are encrypted and never returned. The template `none` takes unsigned requests, and `allow_unsigned: true`.',
    audit: 'source.create',
    access: 'master',
    status: 201,
    answer: SourceDto,
    errors: ['conflict'],
    idempotent: true,
  })
  create(
    @CurrentRequest() request: Request,
    @Body() dto: CreateSourceDto,
    @Req() req: FastifyRequest,
  ): Promise<SourceDto> {
    return this.sources.create(request, dto, originOf(req));
  }

  @Get(':id')
  @Route({ summary: 'Read a source', access: 'master', answer: SourceDto, errors: ['not_found'] })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string, @Req() req: FastifyRequest): Promise<SourceDto> {
    return this.sources.get(caller.clientId, id, originOf(req));
  }

  @Patch(':id')
  @Route({
    summary: 'Change a source',
    description: 'A secret that is left out stays. The address stays, unless the source becomes unsigned.',
    audit: 'source.update',
    access: 'master',
    answer: SourceDto,
    errors: ['not_found'],
  })
  update(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: UpdateSourceDto,
    @Req() req: FastifyRequest,
  ): Promise<SourceDto> {
    return this.sources.update(request, id, dto, originOf(req));
  }

  @Delete(':id')
  @Route({
    summary: 'Delete a source',
    description: 'With its rules. Its address answers 404 at once.',
    audit: 'source.delete',
    access: 'master',
    status: 204,
    errors: ['not_found'],
  })
  remove(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.sources.remove(request, id);
  }

  @Get(':id/events')
  @Route({
    summary: 'List what came to a source',
    description:
      'Newest first, refused and repeated requests among it (of each at most 200 an hour). Kept for `INBOUND_EVENTS_KEPT_DAYS`.',
    access: 'master',
    page: InboundEventDto,
    errors: ['not_found', 'invalid_cursor'],
  })
  listEvents(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: InboundEventsQueryDto,
  ): Promise<Page<InboundEventDto>> {
    return this.events.list(caller.clientId, id, query);
  }

  @Get(':id/events/:event_id')
  @Route({
    summary: 'Read what came to a source',
    access: 'master',
    answer: InboundEventDto,
    errors: ['not_found'],
    params: EVENT_ID,
  })
  getEvent(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('event_id') eventId: string,
  ): Promise<InboundEventDto> {
    return this.events.get(caller.clientId, id, eventId);
  }

  @Post(':id/replay')
  @Route({
    summary: 'Let events have their effects again',
    description:
      'One, some, or all of a time. What has been done is not repeated; what went wrong is tried again, and rules that were made since are applied. Refused requests and duplicates are passed over.',
    audit: 'source.replay',
    access: 'master',
    status: 202,
    answer: ReplayedDto,
    errors: ['not_found'],
    idempotent: true,
  })
  replay(@CurrentRequest() request: Request, @Param('id') id: string, @Body() dto: ReplayDto): Promise<ReplayedDto> {
    return this.events.replay(request, id, dto);
  }
}

import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { EndpointStatesService } from './endpoint-states.service.js';
import { EndpointDto, EndpointInputDto, EndpointPatchDto, RotateEndpointSecretDto } from './endpoints.dto.js';
import { EndpointsService } from './endpoints.service.js';
import { WEBHOOKS } from './webhooks.tag.js';

const OF_ONE = { id: 'The endpoint.' };

/** Where a client's events go. */
@Tag(WEBHOOKS)
@Controller('webhooks/endpoints')
export class EndpointsController {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly states: EndpointStatesService,
  ) {}

  @Get()
  @Route({ summary: 'List endpoints', access: 'master', page: EndpointDto })
  list(@CurrentCaller() { clientId }: Caller, @Query() query: PageQueryDto): Promise<Page<EndpointDto>> {
    return this.endpoints.list(clientId, query);
  }

  @Post()
  @Route({
    summary: 'Add an endpoint',
    description:
      'It hears what happens from now on. `secret` is in this answer only. A client has at most 100 endpoints.',
    audit: 'endpoint.create',
    access: 'master',
    status: 201,
    answer: EndpointDto,
    errors: ['validation_failed', 'conflict', 'overloaded'],
    idempotent: true,
  })
  add(@CurrentRequest() request: Request, @Body() dto: EndpointInputDto): Promise<EndpointDto> {
    return this.endpoints.add(request, dto);
  }

  @Get(':id')
  @Route({ summary: 'Read an endpoint', access: 'master', answer: EndpointDto, errors: ['not_found'], params: OF_ONE })
  get(@CurrentCaller() { clientId }: Caller, @Param('id') id: string): Promise<EndpointDto> {
    return this.endpoints.get(clientId, id);
  }

  @Patch(':id')
  @Route({
    summary: 'Change an endpoint',
    description: 'What is on its way already goes where the endpoint is now, and is signed as it is now.',
    audit: 'endpoint.update',
    access: 'master',
    answer: EndpointDto,
    errors: ['not_found', 'validation_failed', 'overloaded'],
    params: OF_ONE,
  })
  update(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() patch: EndpointPatchDto,
  ): Promise<EndpointDto> {
    return this.endpoints.update(request, id, patch);
  }

  @Delete(':id')
  @Route({
    summary: 'Remove an endpoint',
    description: 'What is open of its events is cancelled, reason `endpoint_removed`.',
    audit: 'endpoint.delete',
    access: 'master',
    status: 204,
    errors: ['not_found'],
    params: OF_ONE,
  })
  remove(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.states.remove(request, id);
  }

  @Post(':id/enable')
  @Route({
    summary: 'Enable an endpoint',
    description: 'It hears what happens from now on, and what was held goes on. What it missed is sent by `recover`.',
    audit: 'endpoint.enable',
    access: 'master',
    answer: EndpointDto,
    errors: ['not_found'],
    params: OF_ONE,
    idempotent: true,
  })
  enable(@CurrentRequest() request: Request, @Param('id') id: string): Promise<EndpointDto> {
    return this.states.enable(request, id);
  }

  @Post(':id/disable')
  @Route({
    summary: 'Disable an endpoint',
    description: 'It is told nothing new, and what is open is `held`, reason `endpoint_disabled`.',
    audit: 'endpoint.disable',
    access: 'master',
    answer: EndpointDto,
    errors: ['not_found'],
    params: OF_ONE,
    idempotent: true,
  })
  disable(@CurrentRequest() request: Request, @Param('id') id: string): Promise<EndpointDto> {
    return this.states.disable(request, id);
  }

  @Post(':id/rotate-secret')
  @Route({
    summary: 'Give an endpoint a new secret',
    description: 'For `overlap_s` seconds the one before signs too. `secret` is in this answer only.',
    audit: 'endpoint.rotate_secret',
    access: 'master',
    answer: EndpointDto,
    errors: ['not_found', 'validation_failed'],
    params: OF_ONE,
    idempotent: true,
  })
  rotate(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() { overlap_s }: RotateEndpointSecretDto,
  ): Promise<EndpointDto> {
    return this.endpoints.rotate(request, id, overlap_s);
  }
}

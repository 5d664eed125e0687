import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, Tag, tag } from '../access/route.js';
import { CurrentRequest, type Request } from '../access/request.js';
import { ClientDto, UpdateClientDto } from './clients.dto.js';
import { ClientsService } from './clients.service.js';

export const CLIENTS = tag(
  'Clients',
  'Tenants, and what a client may know and change of itself: keys, limits, its signing secret.',
);

/** Tenants, for the operator. Making one makes its first key too: keys/ does both. */
@Tag(CLIENTS)
@Controller('clients')
export class ClientsController {
  constructor(private readonly clients: ClientsService) {}

  @Get()
  @Route({ summary: 'List clients', access: 'admin', page: ClientDto, errors: ['invalid_cursor'] })
  list(@Query() query: PageQueryDto): Promise<Page<ClientDto>> {
    return this.clients.list(query);
  }

  @Get(':id')
  @Route({ summary: 'Read a client', access: 'admin', answer: ClientDto, errors: ['not_found'] })
  get(@Param('id') id: string): Promise<ClientDto> {
    return this.clients.get(id);
  }

  @Patch(':id')
  @Route({
    summary: "Change a client's name, limits, settings or origins",
    audit: 'client.update',
    access: 'admin',
    answer: ClientDto,
    errors: ['not_found'],
  })
  update(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: UpdateClientDto,
  ): Promise<ClientDto> {
    return this.clients.update(request, id, dto);
  }

  @Post(':id/suspend')
  @Route({
    summary: 'Suspend a client',
    description: 'Within a second its keys answer 403 `client_suspended` and its sockets are closed. Nothing is lost.',
    audit: 'client.suspend',
    access: 'admin',
    answer: ClientDto,
    errors: ['not_found'],
    idempotent: true,
  })
  suspend(@CurrentRequest() request: Request, @Param('id') id: string): Promise<ClientDto> {
    return this.clients.setSuspended(request, id, true);
  }

  @Post(':id/reactivate')
  @Route({
    summary: 'Reactivate a client',
    audit: 'client.reactivate',
    access: 'admin',
    answer: ClientDto,
    errors: ['not_found'],
    idempotent: true,
  })
  reactivate(@CurrentRequest() request: Request, @Param('id') id: string): Promise<ClientDto> {
    return this.clients.setSuspended(request, id, false);
  }
}

import { Body, Controller, Post } from '@nestjs/common';
import { CurrentRequest, type Request } from '../access/request.js';
import { Route, Tag } from '../access/route.js';
import { CreateClientDto, CreatedClientDto } from '../clients/clients.dto.js';
import { NewClientsService } from './new-clients.service.js';
import { CLIENTS } from '../clients/clients.controller.js';

@Tag(CLIENTS)
@Controller('clients')
export class NewClientsController {
  constructor(private readonly clients: NewClientsService) {}

  @Post()
  @Route({
    operation: 'clients_create',
    summary: 'Make a client and its first master key',
    audit: 'client.create',
    access: 'admin',
    status: 201,
    answer: CreatedClientDto,
    idempotent: true,
  })
  create(@CurrentRequest() request: Request, @Body() dto: CreateClientDto): Promise<CreatedClientDto> {
    return this.clients.create(request, dto);
  }
}

import { Body, Controller, Get, Patch, Post, Put } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../access/request.js';
import { Route, Tag } from '../access/route.js';
import { ClientDto, RotateSecretDto, SigningSecretDto, UpdateMeDto } from './clients.dto.js';
import { ClientsService } from './clients.service.js';
import { SigningSecretsService } from './signing-secrets.service.js';
import { CLIENTS } from './clients.controller.js';

/** A client and its signing secret, for itself. */
@Tag(CLIENTS)
@Controller('clients/me')
export class OwnClientController {
  constructor(
    private readonly clients: ClientsService,
    private readonly secrets: SigningSecretsService,
  ) {}

  @Patch()
  @Route({
    summary: "Change the client's name, settings or origins",
    audit: 'client.update',
    access: 'master',
    answer: ClientDto,
  })
  update(@CurrentRequest() request: Request, @Body() dto: UpdateMeDto): Promise<ClientDto> {
    return this.clients.update(request, request.caller.clientId, dto);
  }

  @Put()
  @Route({
    summary: 'The same as PATCH',
    deprecated: true,
    audit: 'client.update',
    access: 'master',
    answer: ClientDto,
  })
  put(@CurrentRequest() request: Request, @Body() dto: UpdateMeDto): Promise<ClientDto> {
    return this.clients.update(request, request.caller.clientId, dto);
  }

  @Get('signing-secret')
  @Route({
    summary: 'Read the secret that webhooks to bare URLs are signed with',
    access: 'master',
    answer: SigningSecretDto,
  })
  secret(@CurrentCaller() caller: Caller): Promise<SigningSecretDto> {
    return this.secrets.get(caller.clientId);
  }

  @Post('signing-secret/rotate')
  @Route({
    summary: 'Replace the signing secret',
    description: 'For `overlap_s` seconds webhooks carry a signature by each.',
    audit: 'signing_secret.rotate',
    access: 'master',
    answer: SigningSecretDto,
    idempotent: true,
  })
  rotateSecret(@CurrentRequest() request: Request, @Body() dto: RotateSecretDto): Promise<SigningSecretDto> {
    return this.secrets.rotate(request, dto.overlap_s);
  }
}

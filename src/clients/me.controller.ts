import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PageQuery, type Page } from '../common/pagination.js';
import { Route } from '../common/route.js';
import { CurrentCaller, type Caller } from './caller.js';
import { ClientDto, RotateSecretDto, SigningSecretDto, UpdateMeDto } from './clients.dto.js';
import { ClientsService } from './clients.service.js';
import { CreatedMasterKeyDto, CreateMasterKeyDto, MasterKeyDto, MeDto, RotateKeyDto } from './keys.dto.js';
import { MasterKeysService } from './master-keys.service.js';
import { MeService } from './me.service.js';
import { SigningSecretsService } from './signing-secrets.service.js';

/** A client, its master keys and its signing secret, for itself. */
@ApiTags('Clients')
@Controller('clients/me')
export class MeController {
  constructor(
    private readonly me: MeService,
    private readonly clients: ClientsService,
    private readonly keys: MasterKeysService,
    private readonly secrets: SigningSecretsService,
  ) {}

  @Get()
  @Route({ summary: 'Who this key stands for', access: 'key', answer: MeDto })
  get(@CurrentCaller() caller: Caller): Promise<MeDto> {
    return this.me.get(caller);
  }

  @Patch()
  @Route({ summary: "Change the client's name, settings or origins", access: 'master', answer: ClientDto })
  update(@CurrentCaller() caller: Caller, @Body() dto: UpdateMeDto): Promise<ClientDto> {
    return this.clients.update(caller.clientId, dto, caller);
  }

  @Put()
  @Route({ summary: 'The same as PATCH', deprecated: true, access: 'master', answer: ClientDto })
  put(@CurrentCaller() caller: Caller, @Body() dto: UpdateMeDto): Promise<ClientDto> {
    return this.clients.update(caller.clientId, dto, caller);
  }

  @Get('keys')
  @Route({ summary: 'List master keys', access: 'master', page: MasterKeyDto, errors: ['invalid_cursor'] })
  listKeys(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<MasterKeyDto>> {
    return this.keys.list(caller, query);
  }

  @Post('keys')
  @Route({
    summary: 'Make another master key',
    access: 'master',
    status: 201,
    answer: CreatedMasterKeyDto,
    idempotent: true,
  })
  createKey(@CurrentCaller() caller: Caller, @Body() dto: CreateMasterKeyDto): Promise<CreatedMasterKeyDto> {
    return this.keys.create(caller, dto);
  }

  @Delete('keys/:id')
  @Route({
    summary: 'Revoke a master key',
    description: 'It stops working within a second on every node. The last one that may do everything is refused.',
    access: 'master',
    status: 204,
    errors: ['not_found', 'conflict'],
  })
  revokeKey(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.keys.revoke(caller, id);
  }

  @Post('keys/:id/rotate')
  @Route({
    summary: 'Replace a master key',
    description: 'Answers the new key; the old one works for `overlap_s` seconds more.',
    access: 'master',
    status: 201,
    answer: CreatedMasterKeyDto,
    errors: ['not_found'],
    idempotent: true,
  })
  rotateKey(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() dto: RotateKeyDto,
  ): Promise<CreatedMasterKeyDto> {
    return this.keys.rotate(caller, id, dto.overlap_s);
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
    access: 'master',
    answer: SigningSecretDto,
    idempotent: true,
  })
  rotateSecret(@CurrentCaller() caller: Caller, @Body() dto: RotateSecretDto): Promise<SigningSecretDto> {
    return this.secrets.rotate(caller, dto.overlap_s);
  }
}

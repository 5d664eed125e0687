import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, Tag } from '../access/route.js';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../access/request.js';
import { CreatedMasterKeyDto, CreateMasterKeyDto, MasterKeyDto, MeDto, RotateKeyDto } from './keys.dto.js';
import { MasterKeysService } from './master-keys.service.js';
import { MeService } from './me.service.js';
import { CLIENTS } from '../clients/clients.controller.js';

/** Whom a key stands for, and a client's own master keys. */
@Tag(CLIENTS)
@Controller('clients/me')
export class MeController {
  constructor(
    private readonly me: MeService,
    private readonly keys: MasterKeysService,
  ) {}

  @Get()
  @Route({ summary: 'Who this key stands for', access: 'key', answer: MeDto })
  get(@CurrentCaller() caller: Caller): Promise<MeDto> {
    return this.me.get(caller);
  }

  @Get('keys')
  @Route({ summary: 'List master keys', access: 'master', page: MasterKeyDto, errors: ['invalid_cursor'] })
  listKeys(@CurrentCaller() caller: Caller, @Query() query: PageQueryDto): Promise<Page<MasterKeyDto>> {
    return this.keys.list(caller, query);
  }

  @Post('keys')
  @Route({
    summary: 'Make another master key',
    audit: 'key.create',
    access: 'master',
    status: 201,
    answer: CreatedMasterKeyDto,
    idempotent: true,
  })
  createKey(@CurrentRequest() request: Request, @Body() dto: CreateMasterKeyDto): Promise<CreatedMasterKeyDto> {
    return this.keys.create(request, dto);
  }

  @Delete('keys/:id')
  @Route({
    summary: 'Revoke a master key',
    description: 'It stops working within a second on every node. The last one that may do everything is refused.',
    audit: 'key.revoke',
    access: 'master',
    status: 204,
    errors: ['not_found', 'conflict'],
  })
  revokeKey(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.keys.revoke(request, id);
  }

  @Post('keys/:id/rotate')
  @Route({
    summary: 'Replace a master key',
    description:
      'Answers the new key; the old one works for `overlap_s` seconds more. It gets one successor: again is 409.',
    audit: 'key.rotate',
    access: 'master',
    status: 201,
    answer: CreatedMasterKeyDto,
    errors: ['not_found', 'conflict'],
    idempotent: true,
  })
  rotateKey(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: RotateKeyDto,
  ): Promise<CreatedMasterKeyDto> {
    return this.keys.rotate(request, id, dto.overlap_s);
  }
}

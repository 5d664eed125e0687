import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../access/request.js';
import { CreatedScopedKeyDto, ListScopedKeysQueryDto, ScopedKeyDto } from '../keys/keys.dto.js';
import type { Page } from '../../platform/common/pagination.js';
import { Route, Tag } from '../access/route.js';
import { CreateScopedKeyDto } from './auth.dto.js';
import { ScopedKeysService } from './scoped-keys.service.js';
import { AUTH } from './auth.controller.js';

@Tag(AUTH)
@Controller('clients/scoped-keys')
export class ScopedKeysController {
  constructor(private readonly keys: ScopedKeysService) {}

  @Post()
  @Route({
    summary: 'Make a key for a user',
    description: 'Unlike a login key it stays when the user logs in. Makes the user when it is new.',
    audit: 'scoped_key.create',
    access: 'master',
    status: 201,
    answer: CreatedScopedKeyDto,
    idempotent: true,
  })
  create(@CurrentRequest() request: Request, @Body() dto: CreateScopedKeyDto): Promise<CreatedScopedKeyDto> {
    return this.keys.create(request, dto);
  }

  @Get()
  @Route({ summary: "List users' keys", access: 'master', page: ScopedKeyDto, errors: ['invalid_cursor'] })
  list(@CurrentCaller() caller: Caller, @Query() query: ListScopedKeysQueryDto): Promise<Page<ScopedKeyDto>> {
    return this.keys.list(caller, query);
  }

  @Get(':id')
  @Route({ summary: "Read a user's key", access: 'master', answer: ScopedKeyDto, errors: ['not_found'] })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ScopedKeyDto> {
    return this.keys.get(caller, id);
  }

  @Delete(':id')
  @Route({
    summary: "Revoke a user's key",
    description: 'It stops working, and its sockets close, within a second on every node.',
    audit: 'scoped_key.revoke',
    access: 'master',
    status: 204,
    errors: ['not_found'],
  })
  revoke(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.keys.revoke(request, id);
  }
}

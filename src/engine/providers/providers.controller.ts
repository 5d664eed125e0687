import { applyDecorators, Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import type { Page } from '../../platform/common/pagination.js';
import type { ProblemCode } from '../../platform/common/problem.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import {
  ProviderInputDto,
  ProviderPatchDto,
  ProvidersListQueryDto,
  ProvidersQueryDto,
  ProviderTestInputDto,
  ProviderTestResultDto,
  ProviderDto,
  SaveProviderQueryDto,
} from './providers.dto.js';
import { ProvidersService } from './providers.service.js';

const REFUSALS: ProblemCode[] = ['provider_rejected', 'name_taken', 'conflict'];

export const PROVIDERS = tag(
  'Providers',
  'What delivers: SMTP servers with encrypted credentials, tried out when they are saved.',
);

/** The same routes at both paths: canonical with `?channel=`, and as the email view of ChatAPI's first version. */
@Tag(PROVIDERS)
@Controller(['clients/me/providers', 'clients/me/email-providers'])
export class ProvidersController {
  constructor(private readonly providers: ProvidersService) {}

  @Get()
  @Route({ summary: 'List providers, in the order in which they are tried', access: 'master', page: ProviderDto })
  list(@CurrentCaller() caller: Caller, @Query() query: ProvidersListQueryDto): Promise<Page<ProviderDto>> {
    return this.providers.list(caller.clientId, query);
  }

  @Post()
  @Route({
    summary: 'Add a provider',
    description: 'Its settings are tried out first, unless `verify=false`. Secrets are encrypted and never returned.',
    audit: 'provider.create',
    access: 'master',
    status: 201,
    answer: ProviderDto,
    errors: REFUSALS,
    idempotent: true,
  })
  add(
    @CurrentRequest() request: Request,
    @Body() input: ProviderInputDto,
    @Query() query: SaveProviderQueryDto,
  ): Promise<ProviderDto> {
    return this.providers.add(request, input, query.verify ?? true);
  }

  @Put()
  @ReplacesList()
  replace(
    @CurrentRequest() request: Request,
    @Body() body: unknown,
    @Query() query: SaveProviderQueryDto,
  ): Promise<Page<ProviderDto>> {
    return this.providers.replace(request, body, query.verify ?? true, query.channel);
  }

  @Patch(':name')
  @Route({
    summary: 'Change a provider',
    audit: 'provider.update',
    access: 'master',
    answer: ProviderDto,
    errors: ['not_found', ...REFUSALS],
  })
  update(
    @CurrentRequest() request: Request,
    @Param('name') name: string,
    @Body() patch: ProviderPatchDto,
    @Query() query: SaveProviderQueryDto,
  ): Promise<ProviderDto> {
    return this.providers.update(request, name, patch, query.verify ?? true, query.channel);
  }

  @Delete(':name')
  @Route({ summary: 'Remove a provider', audit: 'provider.delete', access: 'master', status: 204 })
  remove(
    @CurrentRequest() request: Request,
    @Param('name') name: string,
    @Query() query: ProvidersQueryDto,
  ): Promise<void> {
    return this.providers.remove(request, name, query.channel);
  }

  @Post(':name/test')
  @Route({
    summary: 'Send a test through a provider',
    access: 'master',
    answer: ProviderTestResultDto,
    errors: ['not_found', 'provider_rejected'],
    idempotent: true,
  })
  test(
    @CurrentCaller() caller: Caller,
    @Param('name') name: string,
    @Body() { to }: ProviderTestInputDto,
    @Query() query: ProvidersQueryDto,
  ): Promise<ProviderTestResultDto> {
    return this.providers.test(caller.clientId, name, to, query.channel);
  }
}

function ReplacesList(): MethodDecorator {
  return applyDecorators(
    Route({
      summary: 'Replace the list of providers',
      description:
        'A JSON array, in the order in which they are tried. A secret that is left out keeps its stored value.',
      audit: 'provider.replace',
      access: 'master',
      page: ProviderDto,
      errors: REFUSALS,
    }),
    ApiBody({ type: ProviderInputDto, isArray: true }),
  );
}

import { Controller, Get, Query } from '@nestjs/common';
import { pageOfWhole, PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { jsonSchemaOf } from '../../platform/common/json-schema.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { ProviderRegistry, type KnownProvider } from './provider.registry.js';
import { ProviderTypeDto, UnknownOutcomeDto } from './providers.dto.js';
import { PROVIDERS } from './providers.controller.js';

@Tag(PROVIDERS)
@Controller('providers')
export class ProviderTypesController {
  constructor(private readonly registry: ProviderRegistry) {}

  @Get()
  @Route({
    summary: 'List the kinds of providers that there are',
    description: 'What a client can set up at `/clients/me/providers`, and what serves it without being set up.',
    access: 'master',
    page: ProviderTypeDto,
  })
  list(@Query() query: PageQueryDto): Page<ProviderTypeDto> {
    return pageOfWhole(this.registry.all().map(toProviderType), query, (it) => `${it.channel}/${it.provider_type}`);
  }
}

const toProviderType = ({ descriptor, provider }: KnownProvider): ProviderTypeDto => ({
  channel: descriptor.channel.name,
  provider_type: descriptor.type,
  config_schema: descriptor.configSchema && jsonSchemaOf(descriptor.configSchema),
  limits: {
    max_batch: descriptor.maxBatch,
    in_flight: descriptor.inFlight,
    max_attempts: descriptor.retryPolicy.attempts,
  },
  unknown_outcome: unknownOutcomeOf(descriptor.retryPolicy.unknownWait, provider.reconcile !== undefined),
});

const unknownOutcomeOf = (waitMs: number | null, canTell: boolean): UnknownOutcomeDto =>
  waitMs === null
    ? { policy: 'retry', wait_s: null }
    : { policy: canTell ? 'ask' : 'wait', wait_s: Math.round(waitMs / 1_000) };

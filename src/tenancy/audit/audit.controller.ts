import { Controller, Get, Query } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../access/caller.js';
import { CurrentCaller } from '../access/request.js';
import { Route, Tag, tag } from '../access/route.js';
import { AuditLineDto, AuditQueryDto } from './audit.dto.js';
import { AuditService } from './audit.service.js';

const AUDIT = tag('Audit', 'Who changed what of the administration of a client.');

@Tag(AUDIT)
@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Route({
    summary: 'List administrative changes, newest first',
    description:
      'With a master key those of its client, with the admin key those of all clients, or of the one that `X-Client-Id` names. Secrets are left out.',
    access: 'manager',
    operated: true,
    page: AuditLineDto,
    errors: ['invalid_cursor'],
  })
  list(@CurrentCaller() caller: Caller, @Query() query: AuditQueryDto): Promise<Page<AuditLineDto>> {
    return this.audit.list(caller, query);
  }
}

import { Body, Controller, Delete, Get, Headers, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import type { Page } from '../../platform/common/pagination.js';
import { RawBody } from '../../platform/common/raw-body.js';
import { SuppressionTransfer, type TransferFormat } from './suppression-transfer.js';
import {
  SuppressionDto,
  SuppressionExportQueryDto,
  SuppressionImportDto,
  SuppressionInputDto,
  SuppressionsQueryDto,
} from './suppressions.dto.js';
import { SuppressionsService } from './suppressions.service.js';

const SUPPRESSIONS = tag(
  'Suppressions',
  'Addresses that nothing is sent to: they bounced, complained, unsubscribed, or were put there by hand.',
);

const line = { channel: 'email', address: 'ann@example.com', reason: 'bounce', expires_at: null };
const EXPORTED = {
  'text/csv': {
    schema: { type: 'string' as const },
    example: 'channel,address,reason,expires_at,created_at\nemail,ann@example.com,bounce,,2026-11-20T10:00:00.000Z\n',
  },
  'application/x-ndjson': { schema: { type: 'string' as const }, example: `${JSON.stringify(line)}\n` },
};

@Tag(SUPPRESSIONS)
@Controller('suppressions')
export class SuppressionsController {
  constructor(
    private readonly suppressions: SuppressionsService,
    private readonly transfer: SuppressionTransfer,
  ) {}

  @Get()
  @Route({
    summary: 'List suppressed addresses, newest first; those that are over are left out',
    access: 'master',
    page: SuppressionDto,
  })
  list(@CurrentCaller() caller: Caller, @Query() query: SuppressionsQueryDto): Promise<Page<SuppressionDto>> {
    return this.suppressions.page(caller.clientId, query);
  }

  @Post()
  @Route({
    summary: 'Suppress an address',
    description:
      'One that is suppressed already has the reason and the end that are sent now, and is answered with 200.',
    audit: 'suppression.create',
    access: 'master',
    status: 201,
    also: { 200: 'It was suppressed already.' },
    answer: SuppressionDto,
    idempotent: true,
  })
  add(@CurrentRequest() request: Request, @Body() input: SuppressionInputDto) {
    return this.suppressions.add(request, input);
  }

  @Post('import')
  @Route({
    summary: 'Suppress many addresses',
    description:
      'CSV with a header line (`address`, and where they are wanted `channel`, `reason`, `expires_at`, `category`), or NDJSON with the same fields. Lines that cannot be read are told of, the others are taken; of 100,000 at most: where there are more, `next_line` says which is the first that was not.',
    audit: 'suppression.import',
    access: 'master',
    answer: SuppressionImportDto,
    idempotent: true,
    rawBody: true,
    rawExample: 'channel,address,reason\nemail,ann@example.com,bounce\n',
    bodyBytes: 'notification_body_bytes',
  })
  import(
    @CurrentRequest() request: Request,
    @RawBody() body: Buffer,
    @Headers('content-type') contentType = '',
  ): Promise<SuppressionImportDto> {
    return this.transfer.import(request, body, contentType);
  }

  @Get('export')
  @Route({ summary: 'The whole list as CSV or NDJSON, oldest first; what is over is left out', access: 'master' })
  @ApiResponse({ status: 200, description: 'The list, as it is read.', content: EXPORTED })
  export(
    @CurrentCaller() caller: Caller,
    @Query() { format }: SuppressionExportQueryDto,
    @Headers('accept') accept = '',
  ): StreamableFile {
    const wanted: TransferFormat = format ?? (/ndjson/i.test(accept) ? 'ndjson' : 'csv');
    return new StreamableFile(this.transfer.export(caller.clientId, wanted), {
      type: wanted === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      disposition: `attachment; filename="suppressions.${wanted}"`,
    });
  }

  @Delete(':id')
  @Route({
    summary: 'Write to an address again',
    audit: 'suppression.delete',
    access: 'master',
    status: 204,
    errors: ['not_found'],
    params: { id: 'A suppression.' },
  })
  remove(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.suppressions.remove(request, id);
  }
}

import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AnyText, Time, Uuid } from '../../../platform/common/fields.js';
import { PageQueryDto, type Page } from '../../../platform/common/pagination.js';
import { isForDeveloper } from '../../../platform/common/own-machine.js';
import { notFound } from '../../../platform/common/problem.js';
import { Route, Tag, tag } from '../../../tenancy/access/route.js';
import { Config } from '../../../platform/config/config.js';
import { Mailbox } from './mailbox.js';

/** A mail that was kept instead of sent. */
export class KeptMailDto {
  @Uuid({ description: 'The id of the delivery.' })
  id: string;

  @AnyText()
  from: string;

  @AnyText()
  to: string;

  @AnyText()
  subject: string;

  @AnyText({ nullable: true })
  text: string | null;

  @AnyText({ nullable: true })
  html: string | null;

  @AnyText({ description: 'The whole mail, in `mailbox/` of the data directory.' })
  file: string;

  @Time()
  created_at: string;
}

export const DEVELOPMENT = tag(
  'Development',
  'Embedded mode on loopback only: the mail that had no provider to go to, and a login for who tries the chat.',
);

@Tag(DEVELOPMENT)
@Controller('dev/mailbox')
export class MailboxController {
  constructor(
    private readonly mailbox: Mailbox,
    private readonly config: Config,
  ) {}

  @Get()
  @Route({
    summary: 'Mail that clients without a provider sent (embedded mode, loopback only)',
    access: 'public',
    page: KeptMailDto,
    errors: ['not_found'],
  })
  async list(@Req() request: FastifyRequest, @Query() { limit = 50 }: PageQueryDto): Promise<Page<KeptMailDto>> {
    const { provider } = this.mailbox;
    if (!provider || !isForDeveloper(this.config, request)) throw notFound('route');
    return { data: await provider.list(limit), page: { next_cursor: null, prev_cursor: null, has_more: false } };
  }
}

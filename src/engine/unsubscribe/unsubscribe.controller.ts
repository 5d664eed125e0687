import { Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { notFound } from '../../platform/common/problem.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { UnsubscribeLinks, type UnsubscribeTarget } from '../suppressions/unsubscribe-links.js';
import { UnsubscribeService } from './unsubscribe.service.js';
import { ASKING, DONE, UNSUBSCRIBE_PAGE_HEADERS, UNKNOWN } from './unsubscribe.page.js';

/** Controllers' routes of this room that stand outside of the prefix `/api/v1`. */
export const UNPREFIXED_UNSUBSCRIBE = ['u/:token'];

const UNSUBSCRIBE = tag('Unsubscribe', 'What the recipients of mail see who follow its link to unsubscribe.');
const TOKEN = { token: 'Of the link in `List-Unsubscribe`.' };

const PAGE = { 'text/html': { schema: { type: 'string' as const }, example: '<!doctype html>…' } };

@Tag(UNSUBSCRIBE)
@Controller('u')
export class UnsubscribeController {
  constructor(
    private readonly links: UnsubscribeLinks,
    private readonly unsubscribing: UnsubscribeService,
  ) {}

  /** Looking changes nothing: whoever checks the links of a mail follows them. */
  @Get(':token')
  @Route({
    summary: 'A page with one button',
    access: 'public',
    params: TOKEN,
    errors: ['not_found'],
    secretPath: true,
  })
  @ApiResponse({ status: 200, description: 'The page.', content: PAGE })
  ask(
    @Param('token') token: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    return this.target(token, accept, reply) ? ASKING : UNKNOWN;
  }

  @Post(':token')
  @Route({
    summary: 'Unsubscribe, by one click (RFC 8058)',
    description: 'From the category of the notification, where it has one; else from all mail of the client.',
    access: 'public',
    params: TOKEN,
    errors: ['not_found'],
    rawBody: true,
    secretPath: true,
  })
  @ApiResponse({ status: 200, description: 'A page that says so.', content: PAGE })
  async unsubscribe(
    @Param('token') token: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const target = this.target(token, accept, reply);
    if (!target) return UNKNOWN;
    await this.unsubscribing.unsubscribe(target);
    return DONE;
  }

  /** People get a page that says that there is no such link, programs a problem. */
  private target(token: string, accept: string | undefined, reply: FastifyReply): UnsubscribeTarget | null {
    const target = this.links.read(token);
    if (!target && !/text\/html/.test(accept ?? '')) throw notFound('link');
    void reply.headers(UNSUBSCRIBE_PAGE_HEADERS);
    if (!target) void reply.status(404);
    return target;
  }
}

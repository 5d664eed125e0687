import { Controller, Param, Post, Req, RequestMethod } from '@nestjs/common';
import { Existing } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { RawBody } from '../../platform/common/raw-body.js';
import { INBOUND_PATH, type CalledRequest } from './inbound.door.js';
import { InboundService } from './inbound.service.js';
import { ReceivedDto } from './sources.dto.js';

export const SOURCES = tag('Sources', "Inbound webhooks: addresses that others' services send to, and what came.");

/** Stands at the root. Its very text is meant, not what it matches: `webhooks/rules/test` is another route. */
export const UNPREFIXED_SOURCES = [{ path: INBOUND_PATH.replaceAll(':', '\\:'), method: RequestMethod.POST }];

/** Where others' services send. {@link InboundDoor} has let them in. */
@Tag(SOURCES)
@Controller()
export class InboundController {
  constructor(private readonly inbound: InboundService) {}

  @Post(INBOUND_PATH)
  @Route({
    summary: 'Send an event to a source',
    description:
      'For the services that a source is for, signed as its verification demands. Any content type is taken. 202 once the event is stored; what it causes follows. Mailgun is answered 200, or 406 where another sender would see 401.',
    access: 'public',
    status: 202,
    answer: ReceivedDto,
    also: { 200: 'To Mailgun, and to Slack when it verifies the address.' },
    errors: ['invalid_signature', 'webhook_refused', 'not_found', 'too_large', 'rate_limited'],
    rawBody: true,
    secretPath: true,
    bodyBytes: 'inbound_body_bytes',
    params: { client_slug: 'Of the client.', source_slug: 'Of the source; its `url` holds both.' },
  })
  receive(
    @Req() request: CalledRequest,
    @RawBody() body: Buffer,
    @Param('client_slug') _client: string,
    @Param('source_slug') _source: string,
  ): Promise<ReceivedDto | Existing<ReceivedDto>> {
    return this.inbound.receive(request, body);
  }
}

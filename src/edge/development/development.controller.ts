import { Body, Controller, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DEVELOPMENT } from '../../engine/providers/mailbox/mailbox.controller.js';
import { isForDeveloper } from '../../platform/common/own-machine.js';
import { notFound } from '../../platform/common/problem.js';
import { Config } from '../../platform/config/config.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { DevelopmentLoginAnswerDto, DevelopmentLoginDto } from './development.dto.js';
import { DevelopmentService } from './development.service.js';

@Tag(DEVELOPMENT)
@Controller('dev/login')
export class DevelopmentController {
  constructor(
    private readonly development: DevelopmentService,
    private readonly config: Config,
  ) {}

  @Post()
  @Route({
    summary: 'Log in as a user of the demo client (embedded mode, loopback only)',
    description:
      'For the chat at `/chat`: makes the user when it is new, lets it join the room of all who log in here, and answers a key of twelve hours. ' +
      'Asked by a page of another origin, under another host name or through a proxy it is 404, as it is outside of embedded mode and where `HOST` is no loopback address.',
    access: 'public',
    status: 201,
    answer: DevelopmentLoginAnswerDto,
    errors: ['not_found', 'conflict', 'validation_failed'],
  })
  login(@Req() request: FastifyRequest, @Body() dto: DevelopmentLoginDto): Promise<DevelopmentLoginAnswerDto> {
    if (!isForDeveloper(this.config, request)) throw notFound('route');
    return this.development.login(`${request.protocol}://${request.headers.host}`, dto);
  }
}

import { Controller, Get, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { AliveDto, DatabaseHealthDto, HealthDto } from './health.dto.js';
import { HealthService } from './health.service.js';

const HEALTH = tag('Health', 'Is it alive, is it ready?');

/** All but one outside of the API's prefix: load balancers and orchestrators ask here. */
@Tag(HEALTH)
@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get(['health', 'utils/health-check'])
  @Route({
    summary: 'How is it?',
    description: 'Is this process ready for requests: database, schema and queue?',
    access: 'public',
    answer: HealthDto,
  })
  @ApiResponse({ status: 503, description: 'Not ready: unavailable or draining.', type: HealthDto })
  async report(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    const health = await this.health.report();
    void reply.status(health.status === 'ok' || health.status === 'degraded' ? 200 : 503);
    return health;
  }

  @Get('health/ready')
  @Route({ summary: 'Ready?', description: 'The same, for load balancers.', access: 'public', answer: HealthDto })
  @ApiResponse({ status: 503, description: 'Not ready: unavailable or draining.', type: HealthDto })
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    return this.report(reply);
  }

  @Get('health/live')
  @Route({ summary: 'Alive?', description: 'Answers as long as the process runs.', access: 'public', answer: AliveDto })
  live(): AliveDto {
    return { status: 'ok' };
  }

  @Get('health/db')
  @Route({ summary: 'Does the database answer?', access: 'public', answer: DatabaseHealthDto })
  @ApiResponse({ status: 503, description: 'It does not.', type: DatabaseHealthDto })
  async db(@Res({ passthrough: true }) reply: FastifyReply): Promise<DatabaseHealthDto> {
    const database = await this.health.databaseState();
    void reply.status(database === 'up' ? 200 : 503);
    return { database };
  }
}

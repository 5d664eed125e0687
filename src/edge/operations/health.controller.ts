import { Controller, Get, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Route } from '../../tenancy/access/route.js';
import { Alive, DatabaseHealth, Health } from './health.dto.js';
import { HealthService } from './health.service.js';

/** All but one outside of the API's prefix: load balancers and orchestrators ask here. */
@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get(['health', 'utils/health-check'])
  @Route({
    summary: 'How is it?',
    description: 'Is this process ready for requests: database, schema and queue?',
    access: 'public',
    answer: Health,
  })
  @ApiResponse({ status: 503, description: 'Not ready: unavailable or draining.', type: Health })
  async report(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const health = await this.health.report();
    void reply.status(health.status === 'ok' || health.status === 'degraded' ? 200 : 503);
    return health;
  }

  @Get('health/ready')
  @Route({ summary: 'Ready?', description: 'The same, for load balancers.', access: 'public', answer: Health })
  @ApiResponse({ status: 503, description: 'Not ready: unavailable or draining.', type: Health })
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    return this.report(reply);
  }

  @Get('health/live')
  @Route({ summary: 'Alive?', description: 'Answers as long as the process runs.', access: 'public', answer: Alive })
  live(): Alive {
    return { status: 'ok' };
  }

  @Get('health/db')
  @Route({ summary: 'Does the database answer?', access: 'public', answer: DatabaseHealth })
  @ApiResponse({ status: 503, description: 'It does not.', type: DatabaseHealth })
  async db(@Res({ passthrough: true }) reply: FastifyReply): Promise<DatabaseHealth> {
    const database = await this.health.databaseState();
    void reply.status(database === 'up' ? 200 : 503);
    return { database };
  }
}

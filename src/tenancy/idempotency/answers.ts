import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.js';
import { Idempotency, Replay } from './idempotency.js';

/** What every answer to a known caller gets: RateLimit headers, and the end of its claim on an Idempotency-Key. */
@Injectable()
export class Answers {
  constructor(adapter: HttpAdapterHost, idempotency: Idempotency) {
    const fastify = adapter.httpAdapter?.getInstance<FastifyInstance>();
    fastify?.addHook('onSend', (request, reply, payload, done) => {
      const { caller } = request as FastifyRequest & { caller?: Caller };
      if (caller?.rateLimit) void reply.headers(caller.rateLimit);
      const lease = caller?.idempotency;
      if (!lease || lease.completed) return done();
      const body = typeof payload === 'string' ? payload : '';
      // The answer waits: who has it may repeat the request at once.
      void idempotency.finish(lease, reply.statusCode, body).then(() => done());
    });
  }
}

/** Sends a first answer again. */
@Catch(Replay)
export class ReplayFilter implements ExceptionFilter<Replay> {
  catch({ status, body }: Replay, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.status(status).header('idempotency-replayed', 'true');
    if (status === 204) void reply.send();
    else void reply.type(status >= 400 ? 'application/problem+json' : 'application/json; charset=utf-8').send(body);
  }
}

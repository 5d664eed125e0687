import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Existing, type Admitted } from '../access/request.js';
import { Idempotency, Replay } from './idempotency.js';

/** What every answer to a known caller gets from its Request: status, headers, the end of its claim on an Idempotency-Key. */
@Injectable()
export class Answers {
  constructor(adapter: HttpAdapterHost, idempotency: Idempotency) {
    const fastify = adapter.httpAdapter?.getInstance<FastifyInstance>();
    fastify?.addHook('preSerialization', (_request, reply, payload, done) => {
      if (!(payload instanceof Existing)) return done(null, payload);
      void reply.status(200);
      return done(null, payload.value);
    });
    fastify?.addHook('onSend', (request, reply, payload, done) => {
      const { api } = request as Admitted;
      if (api?.headers) void reply.headers(api.headers);
      const lease = api?.lease;
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

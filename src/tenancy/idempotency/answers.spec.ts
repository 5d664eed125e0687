import type { HttpAdapterHost } from '@nestjs/core';
import fastify, { type FastifyInstance } from 'fastify';
import { Answers } from './answers.js';
import type { Caller } from '../access/caller.js';
import type { Idempotency } from './idempotency.js';

describe('an answer to a known caller', () => {
  const finished: [number, string][] = [];
  let caller: Partial<Caller> | undefined;
  let app: FastifyInstance;

  beforeEach(() => {
    finished.length = 0;
    app = fastify();
    const idempotency = {
      finish: async (_: unknown, status: number, body: string) => void finished.push([status, body]),
    };
    Reflect.construct(Answers, [
      { httpAdapter: { getInstance: () => app } } as unknown as HttpAdapterHost,
      idempotency as unknown as Idempotency,
    ]);
    app.get('/', (request, reply) => {
      Object.assign(request, { caller });
      void reply.status(404).send({ a: 1 });
    });
  });

  const lease = (completed: boolean): Partial<Caller> => ({
    idempotency: { clientId: 'c', scope: Buffer.alloc(1), completed },
  });

  it('carries the headers of the limit it counted against', async () => {
    caller = { rateLimit: { 'ratelimit-policy': '"messages";q=3;w=60', ratelimit: '"messages";r=2;t=60' } };
    const { headers } = await app.inject('/');
    expect(headers).toMatchObject({ 'ratelimit-policy': '"messages";q=3;w=60', ratelimit: '"messages";r=2;t=60' });
    caller = undefined;
    expect((await app.inject('/')).headers).not.toHaveProperty('ratelimit');
  });

  it('ends a claim that no effect has completed', async () => {
    caller = lease(false);
    await app.inject('/');
    expect(finished).toEqual([[404, '{"a":1}']]);
    caller = lease(true);
    await app.inject('/');
    expect(finished).toHaveLength(1);
  });
});

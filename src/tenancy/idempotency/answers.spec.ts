import type { HttpAdapterHost } from '@nestjs/core';
import fastify, { type FastifyInstance } from 'fastify';
import type { Caller } from '../access/caller.js';
import { Existing, Request } from '../access/request.js';
import { Answers } from './answers.js';
import type { Idempotency } from './idempotency.js';

describe('an answer to a known caller', () => {
  const finished: [number, string][] = [];
  let api: Request | undefined;
  let answer: () => unknown;
  let app: FastifyInstance;

  beforeEach(() => {
    finished.length = 0;
    api = new Request({} as Caller, 'r', { status: 201 });
    answer = () => ({ a: 1 });
    app = fastify();
    const idempotency = {
      finish: async (_: unknown, status: number, body: string) => void finished.push([status, body]),
    };
    Reflect.construct(Answers, [
      { httpAdapter: { getInstance: () => app } } as unknown as HttpAdapterHost,
      idempotency as unknown as Idempotency,
    ]);
    app.get('/', (request, reply) => {
      Object.assign(request, { api });
      void reply.status(201).send(answer());
    });
  });

  it('carries the headers of its request', async () => {
    api!.headers = { 'ratelimit-policy': '"messages";q=3;w=60', ratelimit: '"messages";r=2;t=60' };
    const { headers } = await app.inject('/');
    expect(headers).toMatchObject({ 'ratelimit-policy': '"messages";q=3;w=60', ratelimit: '"messages";r=2;t=60' });
    api = undefined;
    expect((await app.inject('/')).headers).not.toHaveProperty('ratelimit');
  });

  it('is 200 in place of 201 when nothing had to be made, on the wire and in the record', async () => {
    answer = () => new Existing({ a: 2 });
    expect(await app.inject('/')).toMatchObject({ statusCode: 200, body: '{"a":2}' });
    expect([api!.statusOf(new Existing({})), api!.statusOf({})]).toEqual([200, 201]);
  });

  it('ends a claim that no effect has completed', async () => {
    api!.lease = { clientId: 'c', scope: Buffer.alloc(1), claim: 'l', completed: false };
    await app.inject('/');
    expect(finished).toEqual([[201, '{"a":1}']]);
    api!.lease.completed = true;
    await app.inject('/');
    expect(finished).toHaveLength(1);
  });
});

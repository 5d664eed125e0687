import type { FastifyInstance, FastifyRequest } from 'fastify';
import { limits } from '../config/limits.js';
import { Problem } from './problem.js';

/** A request whose sender is known before its body is read: a tenant's id, set by who looks at the key. */
export interface SentBody {
  sentBy?: string;
}

/** How many large bodies are in hand: from before they are read until their request is answered. */
export class LargeBodies {
  private readonly bySender = new Map<string, number>();
  private all = 0;

  /**
   * @returns to be called once, when the body is in hand no more
   * @throws Problem `overloaded` when too many are
   */
  take(sender: string): () => void {
    const own = this.bySender.get(sender) ?? 0;
    if (own >= limits.large_bodies_per_client) throw tooMany('from this client');
    if (this.all >= limits.large_bodies) throw tooMany('in all');
    this.all++;
    this.bySender.set(sender, own + 1);
    return () => {
      this.all--;
      const left = this.bySender.get(sender)! - 1;
      if (left > 0) this.bySender.set(sender, left);
      else this.bySender.delete(sender);
    };
  }
}

const tooMany = (whose: string): Problem =>
  new Problem(
    'overloaded',
    `Too many bodies larger than ${limits.body_bytes} bytes are in hand ${whose}: wait for answers.`,
    { retryAfterS: 1 },
  );

/**
 * Bounds what may be in hand of bodies larger than the general limit, for the routes that take them. A body that comes
 * without its length may be one. Call before the routes are made, and after whatever else reads their bodies.
 */
export function boundLargeBodies(fastify: FastifyInstance): void {
  const bodies = new LargeBodies();
  fastify.decorateRequest('sentBy', undefined);
  fastify.addHook('onRoute', (route) => {
    if ((route.bodyLimit ?? 0) <= limits.body_bytes) return;
    route.preParsing = [
      async (request: FastifyRequest & SentBody, reply, payload) => {
        const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
        if (chunked !== undefined || Number(length) > limits.body_bytes)
          reply.raw.once('close', bodies.take(request.sentBy ?? ''));
        return payload;
      },
      ...(route.preParsing === undefined ? [] : [route.preParsing].flat()),
    ];
  });
}

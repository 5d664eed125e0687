import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { errorCodes, type FastifyInstance, type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../platform/common/problem.js';
import type { SentBody } from '../../platform/common/large-bodies.js';
import { limits } from '../../platform/config/limits.js';
import { RateCounter, type WindowCount } from '../../tenancy/access/rate-counter.js';
import { rateLimitHeaders } from '../../tenancy/access/rate-limit-headers.js';
import { networkOf } from '../../tenancy/keys/failed-key-limit.js';
import { BytesInHand } from './bytes-in-hand.js';
import { hopsIn, MAX_HOPS } from '../../engine/providers/webhook/hops.js';
import { SourcesRepository, type CalledSource } from './sources.repository.js';

/** The path of a source, as controllers and Fastify have it. */
export const INBOUND_PATH = 'webhooks/:client_slug/:source_slug';

/** Verifying as much takes far less than what it takes to answer. */
const LOOKED_AT_BYTES = 64 * 1024;

/** What is further away than this goes in a circle, most likely: of such events a client has so many in a minute, or what doubles each time would only end when there are thousands. */
const FEW_HOPS = 3;
const FAR_PER_MINUTE = 600;

/** How long a body may take to arrive. */
const BODY_MS = 60_000;

/** A request that was let in: where to, and whose it is counted as. */
export type CalledRequest = FastifyRequest &
  SentBody & {
    source?: CalledSource;
    /** What it is answered where it is refused as well: so many of its address were. */
    tooManyRefused?: Problem;
  };

/**
 * Stands before the body of what is sent to sources: nobody has shown anything yet, so the address alone decides. Who is not
 * to be found answers as no route would, and who comes too often is not read at all.
 */
@Injectable()
export class InboundDoor {
  private readonly bytes = new BytesInHand();

  constructor(
    private readonly repository: SourcesRepository,
    private readonly counter: RateCounter,
    adapter: HttpAdapterHost,
  ) {
    const fastify = adapter.httpAdapter?.getInstance<FastifyInstance>();
    fastify?.decorateRequest('source', undefined);
    fastify?.addHook('onRoute', (route) => this.guard(route));
  }

  /** A request was refused for what it came with: large ones of its address are not read for the rest of the minute, if it goes on so, and wrong ones not noted. */
  async refused(source: CalledSource, request: FastifyRequest): Promise<void> {
    await this.counter.add(refusedKey(source, request));
  }

  /** Whether a request goes in a circle of rules: it is put on record, and nothing follows from it. */
  async isLoop({ client_id }: CalledSource, headers: IncomingHttpHeaders): Promise<boolean> {
    const hops = hopsIn(headers);
    if (hops <= FEW_HOPS || hops > MAX_HOPS) return hops > MAX_HOPS;
    return (await this.counter.add(`inbound-far:${client_id}`)).count > FAR_PER_MINUTE;
  }

  private guard(route: RouteOptions): void {
    if (route.url !== `/${INBOUND_PATH}`) return;
    route.onRequest = [
      ...(route.onRequest === undefined ? [] : [route.onRequest].flat()),
      (request: FastifyRequest, reply: FastifyReply) => this.admit(request as CalledRequest, reply),
    ];
  }

  private async admit(request: CalledRequest, reply: FastifyReply): Promise<void> {
    const { client_slug, source_slug } = request.params as { client_slug: string; source_slug: string };
    const source = isSlug(client_slug) && isSlug(source_slug) ? await this.find(client_slug, source_slug) : null;
    if (!source) return this.refuseUnknown(request);
    const refused = await this.counter.peek(refusedKey(source, request));
    if (refused && refused.count >= limits.inbound_refused_per_minute) {
      const problem = tooMany('refused', limits.inbound_refused_per_minute, refused);
      // Senders share their addresses with others, who may sign wrongly on purpose: what costs little is looked at.
      if (!(Number(request.headers['content-length']) <= LOOKED_AT_BYTES)) throw problem;
      request.tooManyRefused = problem;
    }
    const counted = await this.counter.add(`inbound:${source.id}:${networkOf(request.ip)}`);
    if (counted.count > limits.inbound_per_source_per_minute)
      throw tooMany('inbound', limits.inbound_per_source_per_minute, counted);
    if (Number(request.headers['content-length']) > limits.inbound_body_bytes)
      throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    reply.raw.once('close', this.bytes.take(source.id, Number(request.headers['content-length'] ?? Number.NaN)));
    endSlow(request);
    request.source = source;
    // Not as the client's own bodies: whoever knows the address takes none of the room for them.
    request.sentBy = `inbound ${source.client_id}`;
  }

  private find(clientSlug: string, slug: string): Promise<CalledSource | null> {
    return this.repository.findCalled(clientSlug, slug);
  }

  /** @throws Problem `not_found`, the same whatever it is that is not there; `rate_limited` to who tries many */
  private async refuseUnknown(request: FastifyRequest): Promise<void> {
    const limit = limits.inbound_unknown_per_minute;
    const counted = await this.counter.add(`inbound-unknown:${networkOf(request.ip)}`);
    if (counted.count > limit) throw tooMany('inbound-unknown', limit, counted);
    throw new Problem('not_found', 'There is no such webhook.');
  }
}

const refusedKey = ({ id }: CalledSource, { ip }: FastifyRequest): string => `inbound-refused:${id}:${networkOf(ip)}`;

/** Who sends so slowly holds room that others could have. */
function endSlow({ raw }: FastifyRequest): void {
  const timer = setTimeout(() => raw.destroy(), BODY_MS).unref();
  raw.once('close', () => clearTimeout(timer));
  raw.once('end', () => clearTimeout(timer));
}

/** No slug holds what PostgreSQL can't. */
const isSlug = (text: string): boolean => text.length <= 300 && !text.includes('\u0000') && text.isWellFormed();

function tooMany(policy: string, limit: number, { resetsInMs }: WindowCount): Problem {
  const seconds = Math.ceil(resetsInMs / 1_000);
  return new Problem('rate_limited', `More than ${limit} requests came from this address within a minute.`, {
    retryAfterS: seconds,
    headers: rateLimitHeaders(policy, limit, 0, seconds),
  });
}

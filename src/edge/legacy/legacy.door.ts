import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, RouteOptions } from 'fastify';
import type { Admitted } from '../../tenancy/access/request.js';
import { FIRST_VERSION } from './legacy.settings.js';
import { LegacyRoutes } from './legacy.routes.js';
import { isPlain } from './words.js';

type Done = (error: Error | null, payload?: unknown) => void;

/**
 * Where requests and answers of clients with `settings.first_version` are translated. It stands behind the key guard, which
 * knows the client, and before the validation, which knows this version's fields only; answers are said anew when everything
 * else is done with them, so that what is kept under an Idempotency-Key is this version's. Of all others it reads one setting.
 */
@Injectable()
export class LegacyDoor implements CanActivate {
  /** What {@link LegacyRoutes} wants to know again when it answers. */
  private readonly memos = new WeakMap<object, unknown>();

  constructor(
    private readonly routes: LegacyRoutes,
    adapter: HttpAdapterHost,
  ) {
    adapter.httpAdapter?.getInstance<FastifyInstance>().addHook('onRoute', (route) => this.listenTo(route));
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Admitted>();
    if (!speaksFirstVersion(request)) return true;
    const { url = '' } = request.routeOptions;
    const ask = this.routes.find(request.method, url)?.ask;
    if (!ask) return true;
    return Promise.resolve(ask(request)).then((memo) => {
      this.memos.set(request, memo);
      return true;
    });
  }

  /** Hooks of routes that answer something else only: what others send goes by untouched. */
  private listenTo(route: RouteOptions): void {
    const methods = [route.method].flat();
    if (!methods.some((method) => this.routes.find(method, route.url)?.answer)) return;
    const hook = (request: Admitted, reply: FastifyReply, payload: unknown, done: Done): void => {
      if (!speaksFirstVersion(request) || reply.statusCode >= 300) return done(null, payload);
      this.say(request, payload).then(
        (said) => done(null, said),
        (error: Error) => done(error),
      );
    };
    route.onSend = [...[route.onSend ?? []].flat(), hook];
  }

  private async say(request: Admitted, payload: unknown): Promise<unknown> {
    const answer = this.routes.find(request.method, request.routeOptions.url ?? '')?.answer;
    if (!answer || typeof payload !== 'string') return payload;
    const body: unknown = JSON.parse(payload);
    return isPlain(body) ? JSON.stringify(await answer(body, request, this.memos.get(request))) : payload;
  }
}

const speaksFirstVersion = ({ api }: Admitted): boolean => api !== undefined && FIRST_VERSION.of(api.caller.settings);

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';

/** A request's claim on its Idempotency-Key. */
export interface IdempotencyLease {
  clientId: string;
  scope: Buffer;
  /** Names this very claim: a later one of the same key has another. */
  claim: string;
  /** The answer was recorded in the transaction of the effect. */
  completed: boolean;
}

/** An administrative change that a request makes, for the audit log. */
export interface Audited {
  /** Of the route's declaration. */
  action: string;
  ip: string | null;
  /** Of the route's path. */
  params: Record<string, string>;
  noted: AuditNote;
}

/** What a service knows of the change better than its route: which thing it is of, and how it was before and after. */
export interface AuditNote {
  subject?: string;
  before?: unknown;
  after?: unknown;
}

/** What a route declares of the status that it answers. */
interface Statuses {
  /** Success; 200 unless said otherwise. */
  status?: number;
}

/**
 * What was asked for is there already, so nothing was made: the answer is the same, but its status is 200 in place of
 * 201. Sockets, which have no status, see the value alone.
 */
export class Existing<T> {
  constructor(readonly value: T) {}
}

/** The answer itself, whether it was made now or before. */
export const valueOf = <T>(answer: T | Existing<T>): T => (answer instanceof Existing ? answer.value : answer);

/**
 * One request for an effect, by REST or by socket: who asks, and what stands around the handler. The guard makes it, the
 * handler hands it on to whoever writes, and the answer takes status and headers from it.
 */
export class Request {
  /** Held while this request owns its Idempotency-Key; see Idempotency. */
  lease: IdempotencyLease | null = null;
  /** Headers of the answer, such as those of a limit that the request counted against. */
  headers: Record<string, string> | null = null;

  /**
   * @param id what logs and problem documents call it
   * @param route null where there is no status to answer with, as on sockets
   */
  constructor(
    readonly caller: Caller,
    readonly id: string,
    private readonly route: Statuses | null = null,
    /** null where nothing of the administration is changed. */
    public audit: Audited | null = null,
  ) {}

  /** Says more of the change that is audited; in its effect. Secrets are left out by their names. */
  note(more: AuditNote): void {
    if (this.audit) Object.assign(this.audit.noted, more);
  }

  /** It was so already: nothing is audited. */
  unchanged(): void {
    this.audit = null;
  }

  /** The status that this answer goes out with. */
  statusOf(answer: unknown): number {
    return answer instanceof Existing ? 200 : (this.route?.status ?? 200);
  }
}

/** A Fastify request that the guard has let in. */
export type Admitted = FastifyRequest & { api?: Request };

/** The {@link Request} that the guard made, as a controller's parameter: for handlers that change something. */
export const CurrentRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): Request => context.switchToHttp().getRequest<Admitted>().api!,
);

/** The `Caller` that the key guard found, as a controller's parameter: for handlers that only read. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => context.switchToHttp().getRequest<Admitted>().api!.caller,
);

import { Injectable } from '@nestjs/common';
import { managesClient, may, refuseBanned, type Caller } from '../../tenancy/access/caller.js';
import { isForWriting } from '../../tenancy/access/permissions.js';
import { Request, valueOf } from '../../tenancy/access/request.js';
import type { SocketRequest } from '../../tenancy/access/socket-event.js';
import { SocketEvents, type ServedEvent } from '../../tenancy/access/socket-events.js';
import { RateLimits } from '../../tenancy/clients/rate-limits.js';
import { newId } from '../../platform/common/ids.js';
import { tracer, type Span } from '../../platform/tracing/tracer.js';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { toProblem } from '../../platform/common/to-problem.js';
import { toDto } from '../../platform/common/validation.js';
import { backlogOf } from './backlog.js';
import type { Wording } from './dialect.js';
import type { Session } from './session.js';

/** Events that one connection may have in hand at once, waiting ones among them. */
const MAX_RUNNING = 1_000;
/** Of those, how many that read much run at a time: their answers can be a megabyte each. */
const MAX_READING = 16;

type Ack = (answer: object) => void;

/** What came with an event. */
interface Up {
  name: unknown;
  args: unknown[];
  requestId: string;
}

/**
 * Takes every event that clients send, by whichever transport, and answers its ack. One method serves all connections,
 * so that a connection costs no closure per event. Why not `@SubscribeMessage`: docs/decisions/socket-dispatcher.md.
 */
@Injectable()
export class SocketDispatcher {
  private running = 0;
  private finishing = false;
  private whenIdle: (() => void)[] = [];

  constructor(
    private readonly events: SocketEvents,
    private readonly limits: RateLimits,
  ) {}

  /** Accepts nothing more; resolves when everything that was accepted has been answered. */
  async finish(): Promise<void> {
    this.finishing = true;
    if (this.running > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  /**
   * Never rejects.
   * @param args what came with the event, and the function that answers its ack where one was asked for
   */
  async dispatch(session: Session, name: unknown, args: unknown[]): Promise<void> {
    const requestId = newId();
    if (tracer === null) return this.handle(session, name, args, requestId);
    const span = this.spanOf(session, name, requestId);
    await tracer.within(span, () => this.handle(session, name, args, requestId));
    span.end();
  }

  private async handle(session: Session, name: unknown, args: unknown[], requestId: string): Promise<void> {
    const ack = typeof args.at(-1) === 'function' ? (args.pop() as Ack) : undefined;
    const wording = session.dialect?.wordingOf(name);
    const up: Up = { name, args, requestId };
    this.running++;
    session.running++;
    try {
      const answer = await (wording ? this.reword(session, wording, up) : this.run(session, name, up));
      const data = valueOf(answer);
      if (ack) ack({ ok: true, data });
      else session.dialect?.done(session, wording?.reply, data);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) tracer?.active?.failed(problem.code);
      if (problem.code === 'internal') logger.error({ request_id: requestId, event: name, err: error }, 'event failed');
      if (ack) ack({ ok: false, error: problem.toDocument(nameOf(name), requestId) });
      else session.dialect?.failed(session, problem);
    } finally {
      session.running--;
      if (--this.running === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  /** A connection has no trace of its own: each event begins one. What is no event has no name there. */
  private spanOf(session: Session, name: unknown, requestId: string): Span {
    const event = this.events.find(session.dialect?.wordingOf(name)?.event ?? name);
    return tracer!.start(event?.name ?? 'unknown event', {
      kind: 'server',
      parent: null,
      attributes: {
        'rpc.system.name': 'chatapi.socket',
        'rpc.method': event?.name,
        'chatapi.client_id': session.caller.clientId,
        'chatapi.request_id': requestId,
      },
    });
  }

  /** In the words of the connection's dialect: the same checks, the same handler. */
  private async reword(session: Session, wording: Wording, up: Up): Promise<unknown> {
    this.refuse(session, up);
    const [asked] = up.args;
    const answer = await this.run(session, wording.event, { ...up, args: [await wording.ask(session, asked)] });
    return wording.answer(session, valueOf(answer), asked);
  }

  private refuse(session: Session, { args }: Up): void {
    if (this.finishing) throw new Problem('unavailable', 'This node is going away. Connect again.');
    if (args.length > 1) throw new Problem('bad_request', 'An event takes one object and an acknowledgement.');
    if (session.running > MAX_RUNNING || backlogOf(session) !== 'little') throw tooMuch();
  }

  private run(session: Session, name: unknown, up: Up): unknown {
    const { args, requestId } = up;
    this.refuse(session, up);
    const event = this.events.find(name);
    if (!event) throw new Problem('bad_request', `There is no event ${nameOf(name)}.`);
    refuseKey(session.caller, event.access);
    // As for the routes of the same actions: key.guard.ts.
    if (isForWriting(event.access) && !event.judgesBans && !event.reads) refuseBanned(session.caller);
    const dto = toDto(event.dto, args[0]);
    const request = new Request(session.caller, requestId);
    const asked: SocketRequest = { caller: session.caller, request, dto, connection: session };
    const counted = event.limited ? this.limits.consume(request, event.limited) : undefined;
    if (counted) return counted.then(() => event.run(asked));
    return event.reads ? inTurn(session, () => event.run(asked)) : event.run(asked);
  }
}

/** Runs it when fewer than MAX_READING of the connection run, in the order that they came. */
async function inTurn(session: Session, run: () => unknown): Promise<unknown> {
  if (session.reading < MAX_READING) session.reading++;
  else await new Promise<void>((resolve) => (session.waiting ??= []).push(resolve));
  try {
    if (!session.isOpen || backlogOf(session) !== 'little') throw tooMuch();
    return await run();
  } finally {
    const next = session.waiting?.shift();
    if (next) next();
    else session.reading--;
  }
}

/** @throws Problem `forbidden` where the key does not open the event */
function refuseKey(caller: Caller, access: ServedEvent['access']): void {
  if (access === 'key') return;
  if (access === 'master') {
    if (!managesClient(caller)) throw new Problem('forbidden', 'This takes a master key that was not narrowed.');
  } else if (!may(caller, access)) {
    throw new Problem('forbidden', `This takes a key with the permission ${access}.`);
  }
}

const tooMuch = (): Problem =>
  new Problem('overloaded', 'Too much is in hand for this connection: wait for answers.', { retryAfterS: 1 });

/** What a client called its event, cut to what belongs in an answer. */
const nameOf = (name: unknown): string => String(name).toWellFormed().slice(0, 64);

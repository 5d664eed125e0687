import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { may } from '../../tenancy/access/caller.js';
import { Request, valueOf } from '../../tenancy/access/request.js';
import { MessageLimit } from '../../tenancy/clients/message-limit.js';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { toProblem } from '../../platform/common/to-problem.js';
import { toDto } from '../../platform/common/validation.js';
import { backlogOf } from './backlog.js';
import { MessageEvents } from './message.events.js';
import { SessionEvents } from './session.events.js';
import { sessionOf, type Connection, type Session } from './session.js';
import type { UpEvent } from './up-event.js';

/** Events that one connection may have in hand at once, waiting ones among them. */
const MAX_RUNNING = 1_000;
/** Of those, how many that read much run at a time: their answers can be a megabyte each. */
const MAX_READING = 16;

type Ack = (answer: object) => void;

/**
 * Takes every event that clients send, and answers its ack. One listener serves all connections, so that a connection
 * costs no closure per event. Why not Nest's gateways: docs/decisions/socket-dispatcher.md.
 */
@Injectable()
export class Dispatcher {
  private readonly events: ReadonlyMap<unknown, UpEvent>;
  private readonly listener: (this: Socket, ...args: unknown[]) => void;
  private running = 0;
  private finishing = false;
  private whenIdle: (() => void)[] = [];

  constructor(
    private readonly limit: MessageLimit,
    messages: MessageEvents,
    sessions: SessionEvents,
  ) {
    this.events = new Map([...messages.events, ...sessions.events].map((event) => [event.name, event]));
    const dispatch = this.dispatch.bind(this);
    this.listener = function (this: Socket, name, ...args) {
      void dispatch(this as Connection, name, args);
    };
  }

  listen(socket: Connection): void {
    socket.onAny(this.listener);
  }

  /** Accepts nothing more; resolves when everything that was accepted has been answered. */
  async finish(): Promise<void> {
    this.finishing = true;
    if (this.running > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  /** Never rejects. */
  private async dispatch(socket: Connection, name: unknown, args: unknown[]): Promise<void> {
    const ack = typeof args.at(-1) === 'function' ? (args.pop() as Ack) : undefined;
    const session = sessionOf(socket);
    const requestId = newId();
    const event = this.events.get(name);
    this.running++;
    session.running++;
    try {
      const data = await this.run(socket, session, event, { name, args, requestId });
      ack?.({ ok: true, data: valueOf(data) });
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'internal') logger.error({ request_id: requestId, event: name, err: error }, 'event failed');
      ack?.({ ok: false, error: problem.toDocument(nameOf(name), requestId) });
    } finally {
      session.running--;
      if (--this.running === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  private run(
    socket: Connection,
    session: Session,
    event: UpEvent | undefined,
    { name, args, requestId }: { name: unknown; args: unknown[]; requestId: string },
  ): unknown {
    if (this.finishing) throw new Problem('unavailable', 'This node is going away. Connect again.');
    if (!event) throw new Problem('bad_request', `There is no event ${nameOf(name)}.`);
    if (args.length > 1) throw new Problem('bad_request', 'An event takes one object and an acknowledgement.');
    if (session.running > MAX_RUNNING || backlogOf(socket) !== 'little') throw tooMuch();
    if (event.access !== 'key' && !may(session.caller, event.access)) {
      throw new Problem('forbidden', `This takes a key with the permission ${event.access}.`);
    }
    const dto = toDto(event.dto, args[0]);
    const request = new Request(session.caller, requestId);
    const up = { caller: session.caller, request, dto, socket };
    const counted = event.limited ? this.limit.consume(request) : undefined;
    if (counted) return counted.then(() => event.run(up));
    return event.reads ? inTurn(session, socket, () => event.run(up)) : event.run(up);
  }
}

/** Runs it when fewer than MAX_READING of the connection run, in the order that they came. */
async function inTurn(session: Session, socket: Connection, run: () => unknown): Promise<unknown> {
  if (session.reading < MAX_READING) session.reading++;
  else await new Promise<void>((resolve) => (session.waiting ??= []).push(resolve));
  try {
    if (!socket.connected || backlogOf(socket) !== 'little') throw tooMuch();
    return await run();
  } finally {
    const next = session.waiting?.shift();
    if (next) next();
    else session.reading--;
  }
}

const tooMuch = (): Problem =>
  new Problem('overloaded', 'Too much is in hand for this connection: wait for answers.', { retryAfterS: 1 });

/** What a client called its event, cut to what belongs in an answer. */
const nameOf = (name: unknown): string => String(name).toWellFormed().slice(0, 64);

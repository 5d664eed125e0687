import { Injectable } from '@nestjs/common';
import { WebSocket, type RawData } from 'ws';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { Problem } from '../../platform/common/problem.js';
import { toProblem } from '../../platform/common/to-problem.js';
import { refreshedOf } from './gateway.dto.js';
import { Departure } from './departure.js';
import { Handshake } from './handshake.js';
import { CLOSE, closeOfRefusal } from './raw-websocket.codes.js';
import { Entrance, notAuth } from './raw-websocket.entrance.js';
import { ackFrame, isBad, readFrame, type BadFrame, type FrameId, type UpFrame } from './raw-websocket.frames.js';
import { RawSession, type Peer, type RawHome, type RawSocket } from './raw-websocket.session.js';
import { SessionStart } from './session-start.js';
import { SocketDispatcher } from './socket-dispatcher.js';

/** The first frame of every connection. */
const AUTH = 'auth';
/** What a problem is about that concerns no event. */
const INSTANCE = '/api/v1/websocket/open';

/** Reads the frames of raw WebSockets: the first one's key makes a session of it, the others go where Socket.IO's go. */
@Injectable()
export class RawDoor {
  private home: RawHome;
  private readonly entrances = new WeakMap<RawSocket, Entrance>();
  private readonly onMessage: (this: WebSocket, data: RawData, isBinary: boolean) => void;
  private readonly onPong: (this: WebSocket) => void;
  private readonly onClose: (this: WebSocket) => void;

  constructor(
    private readonly handshake: Handshake,
    private readonly starts: SessionStart,
    private readonly dispatcher: SocketDispatcher,
    private readonly departure: Departure,
  ) {
    // One for all connections: ws calls them as methods of the socket.
    const read = (socket: RawSocket, data: RawData, isBinary: boolean): void => this.read(socket, data, isBinary);
    const leave = (socket: RawSocket): void => this.leave(socket);
    this.onMessage = function (data, isBinary) {
      read(this as RawSocket, data, isBinary);
    };
    this.onPong = function () {
      const { session } = this as RawSocket;
      if (session) session.heard = true;
    };
    this.onClose = function () {
      leave(this as RawSocket);
    };
  }

  /** To be called once, before anybody enters. */
  open(home: RawHome): void {
    this.home = home;
  }

  enter(socket: RawSocket, peer: Peer): void {
    this.entrances.set(socket, new Entrance(socket, peer));
    socket.on('message', this.onMessage);
    socket.on('pong', this.onPong);
    socket.on('close', this.onClose);
    // What was wrong with a frame, the code of the close says.
    socket.on('error', ignore);
  }

  private leave(socket: RawSocket): void {
    this.entrances.get(socket)?.leave();
    this.entrances.delete(socket);
    socket.session?.end();
  }

  private read(socket: RawSocket, data: RawData, isBinary: boolean): void {
    // ws reads on until the other side has closed, too.
    if (socket.readyState !== WebSocket.OPEN) return;
    if (isBinary) return socket.close(CLOSE.unsupported, 'Frames are JSON text.');
    const text = (data as Buffer).toString();
    if (socket.session) this.hand(socket.session, text);
    else if (this.entrances.get(socket)?.isFirst(text)) void this.admit(socket, readFrame(text));
  }

  /** Never rejects. */
  private async admit(socket: RawSocket, first: UpFrame | BadFrame): Promise<void> {
    const requestId = newId();
    const entrance = this.entrances.get(socket)!;
    try {
      if (isBad(first)) throw first.problem;
      if (first.type !== AUTH) throw notAuth();
      const auth = first.data ?? {};
      const admission = await this.handshake.open(entrance.peer, auth, requestId);
      if (socket.readyState !== WebSocket.OPEN) return;
      if (this.departure.begun) throw new Problem('unavailable', 'This node is going away. Connect again.');
      const session = new RawSession(socket, entrance.peer, this.home, admission);
      metrics.socketsConnected.inc({ transport: 'websocket' });
      this.entrances.delete(socket);
      if (first.id !== undefined) session.answer(first.id, { ok: true, data: refreshedOf(admission) });
      for (const text of entrance.waiting) this.hand(session, text);
      void this.starts.begin(session, (auth as { api_key: string }).api_key);
    } catch (error) {
      this.refuse(socket, first.id, error, requestId);
    } finally {
      entrance.leave();
    }
  }

  private refuse(socket: RawSocket, id: FrameId | undefined, error: unknown, requestId: string): void {
    const problem = toProblem(error);
    if (problem.code === 'internal') logger.error({ request_id: requestId, err: error }, 'handshake failed');
    if (socket.readyState !== WebSocket.OPEN) return;
    if (id !== undefined) socket.send(ackFrame(id, { ok: false, error: problem.toDocument(INSTANCE, requestId) }));
    socket.close(...closeOfRefusal(problem));
  }

  /** One frame of a session. What is none is answered too, and ends nothing. */
  private hand(session: RawSession, text: string): void {
    session.heard = true;
    const frame = readFrame(text);
    if (isBad(frame)) return this.decline(session, frame);
    const { type, id, data } = frame;
    if (type === AUTH) {
      const problem = new Problem('bad_request', 'This connection has its key: auth.refresh gives it another.');
      return this.decline(session, { type, id, problem });
    }
    const args: unknown[] = data === undefined ? [] : [data];
    if (id !== undefined) args.push((answer: object) => session.answer(id, answer));
    void this.dispatcher.dispatch(session, type, args);
  }

  private decline(session: RawSession, { type, id, problem }: BadFrame): void {
    const error = problem.toDocument(type?.toWellFormed().slice(0, 64) ?? INSTANCE, newId());
    session.answer(id ?? null, { ok: false, error });
  }
}

const ignore = (): void => undefined;

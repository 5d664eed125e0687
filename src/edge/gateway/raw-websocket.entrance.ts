import { Problem } from '../../platform/common/problem.js';
import { CLOSE } from './raw-websocket.codes.js';
import type { Peer, RawSocket } from './raw-websocket.session.js';

/** How long a connection may take to show its key. */
const AUTH_MS = 10_000;
/** Frames that may come while a key is looked at: nothing more is read then, but for what has come in one piece. */
const MAX_WAITING = 100;

/** A connection that is not anybody's yet. */
export class Entrance {
  /** Frames that came after the first, and wait for its answer. */
  readonly waiting: string[] = [];
  private asked = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly socket: RawSocket,
    readonly peer: Peer,
  ) {
    this.timer = setTimeout(() => socket.close(CLOSE.unauthenticated, 'No auth came in time.'), AUTH_MS);
    this.timer.unref();
  }

  /** Is this the first frame? Further ones are kept until it is answered. */
  isFirst(text: string): boolean {
    if (!this.asked) {
      this.asked = true;
      clearTimeout(this.timer);
      this.socket.pause();
      return true;
    }
    if (this.waiting.length < MAX_WAITING) this.waiting.push(text);
    else this.socket.close(CLOSE.limited, 'Wait for the answer to auth.');
    return false;
  }

  /** The key was looked at: further frames are read again. */
  leave(): void {
    clearTimeout(this.timer);
    this.socket.resume();
  }
}

export const notAuth = (): Problem =>
  new Problem('unauthenticated', 'The first frame is {type: "auth", id, data: {api_key}}.');

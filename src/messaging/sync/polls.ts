import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { newId } from '../../platform/common/ids.js';
import { Cluster } from '../../platform/realtime/cluster.js';
import type { FrameTaker } from '../../platform/realtime/listeners.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { AuthChanges } from '../../tenancy/keys/auth-changes.js';

/** How many may wait in this process, and of one key. */
const MOST = 20_000;
const MOST_OF_KEY = 20;

/** Durable events have a position; whatever else is said wakes nobody. */
const DURABLE = Buffer.from('"rev":');

/** Somebody who waits for something to be said. It listens as a connection does, and hears that it is there, no more. */
class Waiter implements FrameTaker {
  readonly id = newId();
  private wake: () => void;
  private readonly woken = new Promise<void>((resolve) => (this.wake = resolve));

  constructor(readonly caller: Caller) {}

  takeFrames(frames: Buffer): void {
    if (frames.includes(DURABLE)) this.wake();
  }

  end(): void {
    this.wake();
  }

  /** Resolves when something was said since it began to listen, or it was ended. */
  wait(): Promise<void> {
    return this.woken;
  }
}

/** Callers without a socket who wait for news of their streams. */
@Injectable()
export class Polls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly waiting = new Set<Waiter>();
  private readonly byKey = new Map<string, number>();
  private stopping = false;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly cluster: Cluster,
    private readonly changes: AuthChanges,
  ) {}

  onApplicationBootstrap(): void {
    this.changes.onRevoked(({ clientId, keyId }) => {
      for (const waiter of this.waiting) {
        const { caller } = waiter;
        if (caller.clientId === clientId && (keyId === null || caller.keyId === keyId)) waiter.end();
      }
    });
  }

  /** Nobody is kept waiting by a node that goes away. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const waiter of this.waiting) waiter.end();
  }

  /** May one more wait? */
  hasRoomFor(keyId: string): boolean {
    return !this.stopping && this.waiting.size < MOST && (this.byKey.get(keyId) ?? 0) < MOST_OF_KEY;
  }

  /**
   * Waits until something durable is said on one of the channels, the time is over, the caller has gone, its key has ended, or the node stops.
   * @param look asked once everything that is said from now on is heard: with true there is nothing to wait for
   */
  async wait(
    { caller, channels, ms, gone }: { caller: Caller; channels: string[]; ms: number; gone: AbortSignal },
    look: () => Promise<boolean>,
  ): Promise<void> {
    const { listeners } = this.publisher;
    const waiter = new Waiter(caller);
    const end = () => waiter.end();
    const timer = setTimeout(end, ms);
    gone.addEventListener('abort', end, { once: true });
    this.count(waiter, 1);
    listeners.add(waiter.id, waiter);
    try {
      listeners.join(waiter.id, channels);
      await this.cluster.listening();
      if (!this.stopping && !gone.aborted && !(await look())) await waiter.wait();
    } finally {
      listeners.remove(waiter.id);
      this.count(waiter, -1);
      clearTimeout(timer);
      gone.removeEventListener('abort', end);
    }
  }

  private count(waiter: Waiter, by: 1 | -1): void {
    const { keyId } = waiter.caller;
    if (by === 1) this.waiting.add(waiter);
    else this.waiting.delete(waiter);
    const left = (this.byKey.get(keyId) ?? 0) + by;
    if (left === 0) this.byKey.delete(keyId);
    else this.byKey.set(keyId, left);
  }
}

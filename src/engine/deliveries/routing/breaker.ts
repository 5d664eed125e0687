import { circuitBreaker, CircuitState, ConsecutiveBreaker, DelegateBackoff, handleWhenResult } from 'cockatiel';
import type { CircuitBreakerPolicy } from 'cockatiel';
import type { Outcome } from '../../providers/provider.js';

/** So many faults of a provider in a row, and it is left alone. */
const THRESHOLD = 5;
const SHORTEST_MS = 30_000;
const LONGEST_MS = 300_000;

/** How long a provider is left alone that opened for the nth time since it last worked. */
export const openMs = (times: number): number => Math.min(SHORTEST_MS * 2 ** (times - 1), LONGEST_MS);

/** Of a provider that many share, each chooses its own sender: what one is refused must not keep the others from it. */
const ABOUT_SENDERS: ReadonlySet<string> = new Set(['sender_refused', 'sender_unauthenticated']);

/** Did the provider do nothing for anybody? What it says of a recipient, a message or a sender shows that it works. */
export const isOut = (outcomes: Outcome[]): boolean =>
  outcomes.length > 0 &&
  outcomes.every(
    (outcome) =>
      outcome.kind !== 'accepted' &&
      outcome.kind !== 'permanent' &&
      outcome.fault === 'provider' &&
      !ABOUT_SENDERS.has(outcome.code),
  );

export interface BreakerState {
  open: boolean;
  /** How often it opened since it was last closed. */
  times: number;
  /** By the clock of this process. */
  openUntil: number;
}

const CLOSED: BreakerState = { open: false, times: 0, openUntil: 0 };

/** What one process knows of one provider: cockatiel counts, this keeps the times that are shared with other processes. */
export class Breaker {
  private policy: CircuitBreakerPolicy;
  private known: BreakerState = CLOSED;
  /** This process may try it, or does. */
  private probe: 'no' | 'taken' | 'running' = 'no';
  /** Until when another process tries it. */
  private probedUntil = 0;

  /** @param changed is told when it opens, opens again and closes; not of what {@link adopt} brought */
  constructor(private readonly changed: (state: BreakerState, outcomes: Outcome[]) => void) {
    this.policy = this.make(CLOSED);
  }

  get state(): BreakerState {
    return this.known;
  }

  /** When it may be asked again; null: now, though perhaps by one delivery only ({@link isHalfOpen}). */
  outUntil(now: number): number | null {
    if (!this.known.open) return null;
    if (now < this.known.openUntil) return this.known.openUntil;
    return this.probe !== 'no' || now < this.probedUntil ? now + PROBE_LOOK_MS : null;
  }

  /** It was out, and somebody is to find out whether it still is. */
  get isHalfOpen(): boolean {
    return this.known.open;
  }

  /** The next call finds out whether it works again. */
  takeProbe(): void {
    this.probe = 'taken';
  }

  /** @returns was there one that nobody had begun? */
  giveBackProbe(): boolean {
    if (this.probe !== 'taken') return false;
    this.probe = 'no';
    return true;
  }

  /** Another process tries until then. */
  leaveProbe(until: number): void {
    this.probedUntil = until;
  }

  /** What another process wrote. */
  adopt(state: BreakerState): void {
    const { open, times, openUntil } = this.known;
    if (this.probe !== 'no' || (!state.open && !open)) return;
    if (state.open === open && state.times === times && Math.abs(state.openUntil - openUntil) < SAME_MS) return;
    this.known = state.open ? state : CLOSED;
    this.policy = this.make(this.known);
  }

  /** Who was let in before it opened is sent all the same. */
  async run(send: () => Promise<Outcome[]>, counts: () => boolean): Promise<Outcome[]> {
    const probe = this.probe === 'taken';
    if (this.known.open && !probe) return send();
    if (probe) this.probe = 'running';
    const { policy } = this;
    let outcomes: Outcome[] = [];
    try {
      await policy.execute(async () => {
        outcomes = await send();
        if (counts()) return outcomes;
        // What was broken off by our own stop says nothing of the provider: whatever follows is the old policy's.
        this.policy = this.make(this.known);
        return [];
      });
    } catch {
      // It opened after these were let in: they go all the same.
      return outcomes.length > 0 ? outcomes : send();
    } finally {
      if (probe) this.probe = 'no';
    }
    return outcomes;
  }

  private make(state: BreakerState): CircuitBreakerPolicy {
    const policy = circuitBreaker(
      handleWhenResult((result) => isOut(result as Outcome[])),
      {
        halfOpenAfter: new DelegateBackoff(({ attempt }) => openMs(attempt)),
        breaker: new ConsecutiveBreaker(THRESHOLD),
        ...(state.open && {
          initialState: {
            ownState: {
              value: CircuitState.Open,
              openedAt: state.openUntil - openMs(state.times),
              attemptNo: state.times,
            },
            breakerState: THRESHOLD,
          },
        }),
      },
    );
    policy.onBreak((reason) => {
      if (this.policy !== policy) return;
      const times = this.known.open ? this.known.times + 1 : 1;
      this.known = { open: true, times, openUntil: Date.now() + openMs(times) };
      this.changed(this.known, 'value' in reason ? (reason.value as Outcome[]) : []);
    });
    policy.onReset(() => {
      if (this.policy !== policy) return;
      this.known = CLOSED;
      this.probedUntil = 0;
      this.changed(CLOSED, []);
    });
    return policy;
  }
}

/** While one tries it, the others look again after this. */
const PROBE_LOOK_MS = 2_000;
/** Clocks and round trips are not exact. */
const SAME_MS = 1_000;

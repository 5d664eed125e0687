import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import type { Tx } from '../../platform/database/database.js';
import { ClientsService, type ClientObserver } from '../clients/clients.service.js';
import { AuthChangesRepository, type AuthChange } from './auth-changes.repository.js';

/** A key, or with `keyId` null every key of a client, that works no longer. */
export interface Revocation {
  clientId: string;
  keyId: string | null;
}

const POLL_MS = 500;
/** What was not confirmed for this long is not believed. */
const TRUST_MS = 1_000;

/**
 * Tells this node what happened to keys anywhere. Every node polls the table `auth_changes`: two cheap reads a second
 * are the price for not depending on a message that may be lost. A look begins at the oldest transaction that was still
 * under way at the look before, and skips what it has seen: so it waits for no writer and misses none, whatever the order
 * and the time in which they commit.
 */
@Injectable()
export class AuthChanges implements ClientObserver, OnModuleInit, OnModuleDestroy {
  private readonly changed: ((changes: AuthChange[]) => void)[] = [];
  private readonly revoked: ((revocation: Revocation) => void)[] = [];
  /** Changes that the next look would find again: their transactions, by their ids. */
  private readonly seen = new Map<number, bigint>();
  /** Keys that stop working at a known time, as after a rotation with overlap. */
  private readonly ending = new Map<string, { revocation: Revocation; at: number }>();
  private since: bigint | null = null;
  private history = 0;
  private confirmedAt = Number.NEGATIVE_INFINITY;
  private running: Promise<void> | null = null;
  private following: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Rises with every batch of changes: who read a key's state before and stores it after knows that it may be old. */
  version = 0;

  constructor(
    private readonly repository: AuthChangesRepository,
    clients: ClientsService,
  ) {
    clients.register(this);
  }

  /**
   * Records, in the transaction of the change, that something about these keys changed: every node hears of it within a
   * second of the commit, this one before the change is answered.
   */
  record(tx: Tx, clientId: string, keyIds: string[]): void {
    if (keyIds.length > 0) this.announce(tx, clientId, keyIds);
  }

  /** The client itself changed, and so all its keys. */
  async clientChanged(tx: Tx, clientId: string): Promise<void> {
    this.announce(tx, clientId, [null]);
  }

  async onModuleInit(): Promise<void> {
    await this.poll();
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await (this.following ?? this.running);
  }

  /** Has the table been read within the last second? */
  trusted(): boolean {
    return performance.now() - this.confirmedAt < TRUST_MS;
  }

  /** Called with everything that changed: a key, or with `key_id` null the client and all its keys. */
  onChanged(listener: (changes: AuthChange[]) => void): void {
    this.changed.push(listener);
  }

  /** Called on every node within a second of a revocation, a suspension, or the end of a rotated key's overlap. */
  onRevoked(listener: (revocation: Revocation) => void): void {
    this.revoked.push(listener);
  }

  /** Reads now: after a change made here, this node need not wait for its next poll. Never throws. */
  async poll(): Promise<void> {
    // A poll under way may have read before the change was committed: one that follows it serves all who came meanwhile.
    if (this.running) {
      this.following ??= this.running.then(() => {
        this.following = null;
        // Whoever came just before this may have begun it.
        return this.running ?? this.begin();
      });
      await this.following;
    } else await this.begin();
  }

  private begin(): Promise<void> {
    this.running = this.read().finally(() => (this.running = null));
    return this.running;
  }

  private announce(tx: Tx, clientId: string, keyIds: (string | null)[]): void {
    this.repository.insert(tx, clientId, keyIds);
    tx.afterCommit(() => this.poll());
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.poll().finally(() => {
        if (!this.stopped) this.schedule();
      });
    }, POLL_MS);
    this.timer.unref();
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    try {
      const { history } = this.repository;
      if (this.since !== null && history !== this.history) this.since = 0n;
      const { next, changes } = await this.repository.read(this.since, [...this.seen.keys()]);
      // The first look may be what connects, and so learns which history it is.
      this.history = this.since === null ? this.repository.history : history;
      this.since = next;
      this.apply(changes);
      for (const [id, tx] of this.seen) if (tx < next) this.seen.delete(id);
      this.confirmedAt = startedAt;
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'Changes of keys could not be read.');
    }
    this.endOverlaps();
  }

  private apply(changes: AuthChange[]): void {
    if (changes.length === 0) return;
    this.version++;
    for (const { id, tx } of changes) this.seen.set(id, tx);
    for (const listener of this.changed) listener(changes);
    for (const change of changes) {
      const revocation = { clientId: change.client_id, keyId: change.key_id };
      if (change.revoked) this.tell(revocation);
      else if (change.key_id !== null && change.ends_in_ms !== null) {
        this.ending.set(change.key_id, { revocation, at: performance.now() + change.ends_in_ms });
      }
    }
  }

  private endOverlaps(): void {
    const now = performance.now();
    for (const [keyId, { revocation, at }] of this.ending) {
      if (at > now) continue;
      this.ending.delete(keyId);
      this.tell(revocation);
    }
  }

  private tell(revocation: Revocation): void {
    if (revocation.keyId !== null) this.ending.delete(revocation.keyId);
    for (const listener of this.revoked) listener(revocation);
  }
}

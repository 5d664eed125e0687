import { Injectable } from '@nestjs/common';
import { ClientsRepository } from './clients.repository.js';

/** What is decided by it may be as old as what keys are decided by. */
const KNOWN_FOR_MS = 1_000;

/** Who is suspended just now: asked for what is done in a client's name without a key of its own. */
@Injectable()
export class SuspendedClients {
  private known: Promise<ReadonlySet<string>> | undefined;
  private until = 0;

  constructor(private readonly clients: ClientsRepository) {}

  /** Ids; at most a second old. */
  now(): Promise<ReadonlySet<string>> {
    const now = performance.now();
    if (!this.known || now >= this.until) {
      this.until = now + KNOWN_FOR_MS;
      const asked = this.clients.suspended().catch((error: unknown) => {
        if (this.known === asked) this.known = undefined;
        throw error;
      });
      this.known = asked;
    }
    return this.known;
  }
}

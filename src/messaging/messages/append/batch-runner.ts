import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import { Problem } from '../../../platform/common/problem.js';
import { toProblem } from '../../../platform/common/to-problem.js';
import { AppendRepository } from './append.repository.js';
import type { HELD, NewMessage, SendVerdict } from './new-message.js';

/** Pauses between tries when the connection is lost, together as long as a restart of PostgreSQL may take. */
const PAUSES_MS = [20, 100, 300, 600, 1000, 2000];

/** Runs a batch to its end, whatever happens to its transaction. */
@Injectable()
export class BatchRunner {
  constructor(private readonly repository: AppendRepository) {}

  /**
   * @param waitMs how long to wait for locked rooms; 0: their messages come back as held
   * @returns what became of each message, in the order given
   * @throws Problem `overloaded` when a room stayed locked for `waitMs`
   */
  async run(batch: NewMessage[], waitMs = 0): Promise<(SendVerdict | typeof HELD)[]> {
    if (batch.length === 0) return [];
    try {
      return await this.persist(batch, waitMs);
    } catch (error) {
      if (error instanceof Problem && error.code === 'overloaded') throw error;
      if (batch.length > 1) return this.halve(batch, waitMs);
      const problem = toProblem(error);
      if (problem.code === 'internal') logger.error({ client_id: batch[0]!.client_id, err: error }, 'message failed');
      return [problem];
    }
  }

  /** Tries again when the connection is lost: then nobody knows whether the commit succeeded, so the database is asked. */
  private async persist(batch: NewMessage[], waitMs: number): Promise<(SendVerdict | typeof HELD)[]> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.repository.append(batch, { waitMs, again: tries > 0 });
      } catch (error) {
        const lost = error instanceof Problem && error.code === 'unavailable';
        if (!lost) throw error;
        if (tries === PAUSES_MS.length) return batch.map(() => error);
        await sleep(PAUSES_MS[tries]!);
      }
    }
  }

  /** One bad row must not fail the others: halve until it stands alone. In order, so that seq keeps it. */
  private async halve(batch: NewMessage[], waitMs: number): Promise<(SendVerdict | typeof HELD)[]> {
    const middle = batch.length >> 1;
    return [...(await this.run(batch.slice(0, middle), waitMs)), ...(await this.run(batch.slice(middle), waitMs))];
  }
}

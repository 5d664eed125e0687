import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { inHalves } from '../../../platform/common/in-halves.js';
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
    // In order, so that seq keeps it.
    const verdicts = await inHalves(batch, (part) => this.persist(part, waitMs), isOverloaded);
    return verdicts.map((verdict, at) => {
      if (!(verdict instanceof Error) || verdict instanceof Problem) return verdict;
      const problem = toProblem(verdict);
      if (problem.code === 'internal')
        logger.error({ client_id: batch[at]!.client_id, err: verdict }, 'message failed');
      return problem;
    });
  }

  /**
   * Tries again when the connection is lost. Nobody knows then whether the commit succeeded: its messages are looked for
   * from now on, wherever they go next.
   */
  private async persist(batch: NewMessage[], waitMs: number): Promise<(SendVerdict | typeof HELD)[]> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.repository.append(batch, waitMs);
      } catch (error) {
        const lost = error instanceof Problem && error.code === 'unavailable';
        if (!lost) throw error;
        for (const message of batch) message.again = true;
        if (tries === PAUSES_MS.length) return batch.map(() => error);
        await sleep(PAUSES_MS[tries]!);
      }
    }
  }
}

const isOverloaded = (error: Error): boolean => error instanceof Problem && error.code === 'overloaded';

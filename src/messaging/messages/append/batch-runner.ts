import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { inHalves } from '../../../platform/common/in-halves.js';
import { logger } from '../../../platform/common/logger.js';
import { Problem } from '../../../platform/common/problem.js';
import { toProblem } from '../../../platform/common/to-problem.js';
import { AppendRepository } from './append.repository.js';
import { roomKey } from './append.sql.js';
import { APART, HELD, TAKEN, type NewMessage, type SendOutcome, type SendVerdict } from './new-message.js';

/** Pauses between tries when the connection is lost, together as long as a restart of PostgreSQL may take. */
const PAUSES_MS = [20, 100, 300, 600, 1000, 2000];

/** How often the bodies of one client_msg_id are asked for anew that were refused with another one: an honest caller has two. */
const ASKED_APART = 2;

/** Runs a batch to its end, whatever happens to its transaction. */
@Injectable()
export class BatchRunner {
  constructor(private readonly repository: AppendRepository) {}

  /**
   * @param waitMs how long to wait for locked rooms; 0: their messages come back as held
   * @returns what became of each message, in the order given; `overloaded` where a room stayed locked for `waitMs`
   */
  async run(batch: NewMessage[], waitMs = 0): Promise<(SendVerdict | typeof HELD)[]> {
    const held = new Set<string>();
    const verdicts = await this.inHalves(batch, waitMs, held);
    for (let round = 0; round < ASKED_APART; round++) {
      const apart = batch.filter((_, at) => isApart(verdicts[at]!));
      if (apart.length === 0) break;
      batch.forEach((message, at) => {
        if (verdicts[at] === TAKEN) message.taken = true;
      });
      const decided = new Map<NewMessage, SendOutcome | Error>();
      (await this.inHalves(apart, waitMs, held)).forEach((verdict, at) => decided.set(apart[at]!, verdict));
      batch.forEach((message, at) => (verdicts[at] = decided.get(message) ?? verdicts[at]!));
    }
    return verdicts.map((verdict, at) => {
      if (isApart(verdict)) return tooManyBodies();
      if (!(verdict instanceof Error) || verdict instanceof Problem) return verdict;
      const problem = toProblem(verdict);
      if (problem.code === 'internal')
        logger.error({ client_id: batch[at]!.client_id, err: verdict }, 'message failed');
      return problem;
    });
  }

  private inHalves(batch: NewMessage[], waitMs: number, held: Set<string>): Promise<(SendOutcome | Error)[]> {
    return inHalves(batch, (part) => this.inOrder(part, waitMs, held), isOverloaded);
  }

  /**
   * The parts of a batch follow each other, and a room that one of them found held may be free for the next: its later
   * messages wait all the same, behind those that were found held.
   */
  private async inOrder(part: NewMessage[], waitMs: number, held: Set<string>): Promise<(SendOutcome | Error)[]> {
    const free = part.filter(({ client_id, room_id }) => !held.has(roomKey(client_id, room_id)));
    const verdicts = free.length > 0 ? await this.persist(free, waitMs) : [];
    const decided = new Map<NewMessage, SendOutcome | Error>(free.map((message, at) => [message, verdicts[at]!]));
    for (const [{ client_id, room_id }, verdict] of decided) {
      if (verdict === HELD) held.add(roomKey(client_id, room_id));
    }
    return part.map((message) => decided.get(message) ?? HELD);
  }

  /**
   * Tries again when the connection is lost. Nobody knows then whether the commit succeeded: its messages are looked for
   * from now on, wherever they go next.
   */
  private async persist(batch: NewMessage[], waitMs: number): Promise<(SendOutcome | Error)[]> {
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

const isApart = (verdict: SendOutcome | Error): verdict is typeof APART | typeof TAKEN =>
  verdict === APART || verdict === TAKEN;

const isOverloaded = (error: Error): boolean => error instanceof Problem && error.code === 'overloaded';

const tooManyBodies = (): Problem =>
  new Problem('overloaded', 'Too many bodies came at once under one client_msg_id. Try again.', { retryAfterS: 1 });

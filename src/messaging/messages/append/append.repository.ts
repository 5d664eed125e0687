import { Injectable } from '@nestjs/common';
import { Idempotency } from '../../../tenancy/idempotency/idempotency.js';
import { invalidField, notFound, Problem, type ProblemCode } from '../../../platform/common/problem.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { APPEND, FIND_WRITTEN, KEYS, LOCK_FREE_ROOMS, LOCK_ROOMS, MESSAGE_ROWS, ROOM_ROWS } from './append.sql.js';
import { foldEchoes } from './fold.js';
import { MessageParts } from '../message-parts.js';
import {
  MESSAGE_COLUMNS,
  MESSAGE_PEOPLE,
  messageOf,
  toMessage,
  type MessagePlace,
  type MessageRow,
} from '../message.row.js';
import {
  answerOf,
  APART,
  HELD,
  STALE,
  TAKEN,
  type Duplicate,
  type NewMessage,
  type SendOutcome,
  type Sent,
  type SendVerdict,
} from './new-message.js';
import type { MessageDto } from '../messages.dto.js';

/** Its place is null unless the verdict is sent. */
interface Judgement extends Placed {
  verdict: 'sent' | 'duplicate' | 'held' | 'stale' | 'slow_mode' | 'no_parent' | keyof typeof REFUSALS;
  original_id: string | null;
  /** Of slow mode: how many seconds there are to wait. */
  wait_s: number | null;
}

interface Placed extends MessagePlace {
  epoch: number;
  shadowed: boolean;
  reactivation_id?: string | null;
}

const REFUSALS = {
  not_found: null,
  user_banned: 'You are banned.',
  room_inactive: 'The room is deactivated or archived and takes no messages.',
  insufficient_role: 'That takes a role in the room that grants write.',
  user_unavailable: 'The user is not available.',
  room_frozen: 'The room is frozen: only its owners and admins may write.',
  idempotency_conflict: 'client_msg_id was used for a message with another body. Use a fresh one for each message.',
} as const satisfies Partial<Record<ProblemCode, string | null>>;

/** Writes messages, many at a time: docs/decisions/gathered-send.md. */
@Injectable()
export class AppendRepository {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly parts: MessageParts,
  ) {}

  /**
   * One transaction for any number of messages of any rooms and clients.
   * @param waitMs how long to wait for rooms that are locked elsewhere; 0: leave them as held
   * @returns what became of each, in the order given; committed when this returns. An Error of one is of it alone
   * @throws what makes the whole batch fail: a row that the database refuses, a lost connection, a lock time-out
   */
  append(batch: NewMessage[], waitMs: number): Promise<(SendOutcome | Error)[]> {
    const inSteps = waitMs > 0 || batch.some(({ again, request }) => again || request.lease !== null);
    return inSteps ? this.inSteps(batch, waitMs) : this.atOnce(batch);
  }

  /** Lock, write and commit in one round trip: nothing of it hangs on what was answered before. */
  private async atOnce(batch: NewMessage[]): Promise<(SendOutcome | Error)[]> {
    const { firsts, firstOf } = foldEchoes(batch);
    const statements = [
      { name: 'lock_free_rooms', text: LOCK_FREE_ROOMS, values: ROOM_ROWS.values(firsts) },
      { name: 'append', text: APPEND, values: this.toAppend(firsts) },
    ];
    const [, judgements] = (await this.database.together(statements, { reserved: true })) as [unknown, Judgement[]];
    const originals = await this.findOriginals(this.database, firsts, judgements).catch((error: Error) => error);
    return batch.map((message, at) => {
      const first = firsts[firstOf[at]!]!;
      const judgement = judgements[firstOf[at]!]!;
      // The rest is committed: only those fail who cannot be shown their original.
      if (originals instanceof Error && judgement.verdict === 'duplicate') return originals;
      return outcomeOf(message, first, this.verdictOf(first, judgement, originals as Map<string, MessageDto>));
    });
  }

  /** Where something hangs on what a statement answers: a message that may be written already, an answer that is kept. */
  private inSteps(batch: NewMessage[], waitMs: number): Promise<SendOutcome[]> {
    const { firsts, firstOf } = foldEchoes(batch);
    return this.database.transaction(
      async (tx) => {
        await tx.query(waitMs > 0 ? LOCK_ROOMS : LOCK_FREE_ROOMS, ROOM_ROWS.values(firsts));
        const written = await this.findWritten(
          tx,
          firsts.filter(({ again }) => again),
        );
        const verdicts = await this.write(tx, firsts, written);
        const outcomes = batch.map((message, at) => outcomeOf(message, firsts[firstOf[at]!]!, verdicts[firstOf[at]!]!));
        await this.completeLeases(tx, batch, outcomes, written);
        return outcomes;
      },
      { lockTimeoutMs: waitMs, reserved: waitMs === 0 },
    );
  }

  private toAppend(messages: NewMessage[]): unknown[] {
    return [`${this.database.installation.generation}.`, ...MESSAGE_ROWS.values(messages)];
  }

  private async findWritten(tx: Tx, messages: NewMessage[]): Promise<Map<string, SendVerdict>> {
    if (messages.length === 0) return new Map();
    const rows = await tx.query<Placed & { id: string }>(FIND_WRITTEN, KEYS.values(messages));
    const byId = new Map(messages.map((message) => [message.id, message]));
    return new Map(rows.map((row) => [row.id, this.sent(byId.get(row.id)!, row)]));
  }

  private async write(
    tx: Tx,
    messages: NewMessage[],
    written: Map<string, SendVerdict>,
  ): Promise<(SendVerdict | typeof HELD)[]> {
    const missing = messages.filter(({ id }) => !written.has(id));
    const judgements = missing.length === 0 ? [] : await tx.query<Judgement>(APPEND, this.toAppend(missing));
    const originals = await this.findOriginals(tx, missing, judgements);
    const verdicts = new Map<string, SendVerdict | typeof HELD>(written);
    missing.forEach((message, at) => {
      verdicts.set(message.id, this.verdictOf(message, judgements[at]!, originals));
    });
    return messages.map(({ id }) => verdicts.get(id)!);
  }

  /** Whole, because what is answered for them is also what an Idempotency-Key keeps, in this very transaction. */
  private async findOriginals(
    on: Pick<Tx, 'query'>,
    messages: NewMessage[],
    judgements: Judgement[],
  ): Promise<Map<string, MessageDto>> {
    const keys: { client_id: string; id: string }[] = [];
    judgements.forEach(({ verdict, original_id }, at) => {
      if (verdict === 'duplicate') keys.push({ client_id: messages[at]!.client_id, id: original_id! });
    });
    if (keys.length === 0) return new Map();
    const rows = await on.query<MessageRow & { client_id: string }>(
      `select m.client_id, ${MESSAGE_COLUMNS}
         from ${KEYS.sql}
         join messages m on m.client_id = w.client_id and m.id = w.id ${MESSAGE_PEOPLE}`,
      KEYS.values(keys),
    );
    const byClient = new Map<string, MessageDto[]>();
    for (const row of rows) {
      const ofClient = byClient.get(row.client_id);
      if (ofClient) ofClient.push(toMessage(row));
      else byClient.set(row.client_id, [toMessage(row)]);
    }
    const originals = new Map<string, MessageDto>();
    for (const [clientId, messages] of byClient) {
      for (const message of await this.parts.complete(clientId, messages, { on })) originals.set(message.id, message);
    }
    return originals;
  }

  private verdictOf(
    message: NewMessage,
    judgement: Judgement,
    originals: Map<string, MessageDto>,
  ): SendVerdict | typeof HELD {
    switch (judgement.verdict) {
      case 'sent':
        return this.sent(message, judgement);
      case 'duplicate':
        return { verdict: 'duplicate', message: originals.get(judgement.original_id!)! };
      case 'held':
        return HELD;
      case 'stale':
        return STALE;
      case 'no_parent':
        return invalidField('reply_to_id', 'is no message of this room that can be replied to');
      case 'slow_mode':
        return slowMode(judgement.wait_s!);
      case 'not_found':
        return notFound('room');
      default:
        return new Problem(judgement.verdict, REFUSALS[judgement.verdict]);
    }
  }

  private sent(message: NewMessage, place: Placed): SendVerdict {
    return {
      verdict: 'sent',
      message: messageOf(message, place),
      epoch: this.database.epochOf(place.epoch),
      shadowed: place.shadowed,
      reactivation_id: place.reactivation_id ?? null,
    };
  }

  /** Those of messages that an earlier try wrote were completed there, and of repeats that were part of one perhaps. */
  private async completeLeases(
    tx: Tx,
    batch: NewMessage[],
    outcomes: SendOutcome[],
    written: Map<string, SendVerdict>,
  ): Promise<void> {
    const answers = batch.flatMap(({ id, request, again }, at) => {
      const outcome = outcomes[at]!;
      if (!request.lease || !isWritten(outcome) || written.has(id)) return [];
      const { verdict, message } = outcome;
      const type = verdict === 'sent' ? 'message' : 'deduplicated_message';
      return {
        request,
        answer: answerOf(outcome),
        resource: { type, id: message.id },
        perhapsDone: again && verdict === 'duplicate',
      };
    });
    if (answers.length > 0) await this.idempotency.complete(tx, answers);
  }
}

/** What an echo is told: what its first was told, or that the two differ. What refuses one body need not refuse another. */
function outcomeOf(message: NewMessage, first: NewMessage, verdict: SendVerdict | typeof HELD): SendOutcome {
  if (message === first) return verdict;
  const same = message.body_hash!.equals(first.body_hash!);
  if (!isWritten(verdict)) {
    if (same || !(verdict instanceof Problem)) return verdict;
    return verdict.code === 'idempotency_conflict' ? TAKEN : APART;
  }
  if (same) return { verdict: 'duplicate', message: verdict.message };
  return new Problem('idempotency_conflict', REFUSALS.idempotency_conflict);
}

const isWritten = (outcome: SendOutcome): outcome is Sent | Duplicate =>
  typeof outcome !== 'symbol' && !(outcome instanceof Problem);

const slowMode = (seconds: number): Problem =>
  new Problem('rate_limited', `The room is in slow mode: write again in ${seconds} s.`, { retryAfterS: seconds });

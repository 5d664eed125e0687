import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { KeyRing } from '../../platform/common/key-ring.js';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { refuseUnstorableText } from '../../platform/common/validation.js';
import { limits } from '../../platform/config/limits.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { sealedColumns } from '../../platform/database/sealed-columns.js';
import type { Caller } from '../access/caller.js';
import { valueOf, type IdempotencyLease, type Request } from '../access/request.js';
import { IdempotencyRepository, type Completion, type KeyedRow } from './idempotency.repository.js';

/** What identifies a request to be carried out once. */
export interface KeyedRequest {
  key: string;
  method: string;
  /** Without its query and trailing slash. */
  path: string;
  query: string;
  body: unknown;
}

export interface EffectOptions<T> {
  /** Where the answer can be read again, for answers too large to keep. */
  resource?: (answer: T) => { type: string; id: string };
  /** The row that `fn` locks first, where many may want it at once: `room <id>`. They wait for each other without a connection. */
  row?: string;
}

/** What a request with a key is answered. */
export interface KeyedAnswer {
  request: Request;
  /** The route's answer, word for word. */
  answer: unknown;
  /** Where the answer can be read again, should it be too large to keep. */
  resource?: { type: string; id: string } | undefined;
  /** An earlier transaction may have completed it, and had no other effect that this one repeats. */
  perhapsDone?: boolean;
}

/** Reads a resource as the first answer showed it. */
export type Rebuilder = (caller: Caller, id: string) => Promise<unknown>;

/** Is told of every effect of a request, in its transaction. */
export type EffectObserver = (tx: Tx, request: Request, answer: unknown) => void | Promise<void>;

/** Thrown to answer with what was answered before. */
export class Replay {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {}
}

const MAX_BODY_BYTES = 65_536;
/** Answers after which the same request may be tried again. */
const isNotKept = (status: number): boolean => [401, 403, 422, 429].includes(status) || status >= 500;

/**
 * `Idempotency-Key`. The guard claims the key with a lease; the effect's own transaction writes completion, so effect and
 * record exist together or not at all. Only the latest claim can be completed: who comes after its lease ran out and the key
 * was claimed again rolls back, whether the later request still runs or has been answered.
 * What had no effect, such as a 404, is recorded when the answer leaves.
 */
@Injectable()
export class Idempotency {
  private readonly rebuilders = new Map<string, Rebuilder>();
  private readonly observers: EffectObserver[] = [];

  constructor(
    private readonly repository: IdempotencyRepository,
    private readonly database: Database,
    private readonly keyRing: KeyRing,
  ) {}

  registerObserver(observer: EffectObserver): void {
    this.observers.push(observer);
  }

  /** Says how answers that name a resource of this type are made again. */
  registerRebuilder(type: string, rebuild: Rebuilder): void {
    this.rebuilders.set(type, rebuild);
  }

  /**
   * Claims the key for this request.
   * @throws Replay when it was answered before; Problem `idempotency_in_flight`, `idempotency_mismatch`
   */
  async begin(api: Request, request: KeyedRequest): Promise<void> {
    const { caller } = api;
    const scope = digest([caller.user?.user_pk ?? '', request.method, request.path, readKey(request.key)]);
    const fingerprint = digest([request.query, textOf(request.body)]);
    const claim = await this.repository.claim(caller.clientId, scope, fingerprint);
    if (claim !== null) {
      api.lease = { clientId: caller.clientId, scope, claim, completed: false };
      return;
    }
    const row = await this.repository.find(caller.clientId, scope);
    // Freed between the two statements: the caller's next try will get it.
    if (!row) throw inFlight();
    if (!row.fingerprint.equals(fingerprint)) {
      throw new Problem('idempotency_mismatch', 'This Idempotency-Key was used for a request with another body.');
    }
    if (row.status === null) throw inFlight();
    throw new Replay(row.status, await this.bodyOf(caller, scope, row));
  }

  /**
   * Runs an effect in one transaction with the completion of the request's Idempotency-Key, if it holds one.
   * @param fn what it returns is the route's answer, word for word; {@link Existing} when nothing had to be made
   */
  effect<T>(request: Request, fn: (tx: Tx) => Promise<T>, { resource, row }: EffectOptions<T> = {}): Promise<T> {
    return this.database.transaction(
      async (tx) => {
        const answer = await fn(tx);
        for (const observer of this.observers) await observer(tx, request, answer);
        if (request.lease) await this.complete(tx, [{ request, answer, resource: resource?.(answer) }]);
        return answer;
      },
      { turn: { tenant: request.caller.clientId, row } },
    );
  }

  /**
   * For effects that share a transaction: completes the keys of many requests, those that hold one.
   * @throws Problem `idempotency_in_flight` when a key was lost to a later request: roll back
   */
  async complete(tx: Tx, answers: KeyedAnswer[]): Promise<void> {
    const held = answers.filter(({ request }) => request.lease !== null);
    if (held.length === 0) return;
    const open = held.filter(({ perhapsDone }) => !perhapsDone);
    if ((await this.write(tx, open)) < open.length) throw inFlight();
    if (open.length < held.length) {
      await this.write(
        tx,
        held.filter(({ perhapsDone }) => perhapsDone),
      );
    }
    tx.afterCommit(() => {
      for (const { request } of held) request.lease!.completed = true;
    });
  }

  /** Ends a request's claim when its answer is known. Never throws. */
  async finish(lease: IdempotencyLease, status: number, body: string): Promise<void> {
    const { clientId, scope, claim } = lease;
    try {
      if (isNotKept(status)) await this.repository.free(lease);
      else await this.repository.completeAlone({ clientId, scope, claim, status, body: this.encrypt(lease, body) });
    } catch (error) {
      // The lease runs out by itself.
      logger.warn({ reason: (error as Error).message }, 'An Idempotency-Key could not be completed.');
    }
  }

  /** @returns how many of the keys were still open */
  private async write(tx: Tx, answers: KeyedAnswer[]): Promise<number> {
    if (answers.length === 0) return 0;
    return this.repository.complete(
      tx,
      answers.map((answer) => this.completionOf(answer)),
    );
  }

  private completionOf({ request, answer, resource }: KeyedAnswer): Completion {
    const lease = request.lease!;
    const { clientId, scope, claim } = lease;
    const status = request.statusOf(answer);
    const body = answer === undefined ? '' : JSON.stringify(valueOf(answer));
    if (!resource || Buffer.byteLength(body) <= MAX_BODY_BYTES) {
      return { clientId, scope, claim, status, body: this.encrypt(lease, body) };
    }
    return { clientId, scope, claim, status, resource_type: resource.type, resource_id: resource.id };
  }

  private async bodyOf(caller: Caller, scope: Buffer, row: KeyedRow): Promise<string> {
    if (row.body !== null) return this.keyRing.decrypt(row.body, contextOf(caller.clientId, scope));
    const rebuild = this.rebuilders.get(row.resource_type ?? '');
    if (!rebuild) throw new Error(`no rebuilder for ${row.resource_type}`);
    return JSON.stringify(await rebuild(caller, row.resource_id!));
  }

  private encrypt({ clientId, scope }: Pick<IdempotencyLease, 'clientId' | 'scope'>, body: string): string {
    return this.keyRing.encrypt(body, contextOf(clientId, scope));
  }
}

/** Validation comes later, and JSON.stringify has only so much of a stack for deep nesting. @throws Problem `validation_failed` */
function textOf(body: unknown): string {
  try {
    return JSON.stringify(body) ?? '';
  } catch (error) {
    refuseUnstorableText(body, '');
    throw error;
  }
}

const contextOf = (clientId: string, scope: Buffer): string => `idempotency:${clientId}:${scope.toString('hex')}`;

sealedColumns({
  table: 'idempotency_keys',
  key: { client_id: 'uuid', scope: 'bytea' },
  columns: ['body'],
  context: ({ client_id, scope }) => contextOf(String(client_id), scope as Buffer),
});

/** The parts' lengths are part of it, so that no two lists of parts read alike. */
function digest(parts: string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest();
}

function readKey(key: string): string {
  const max = limits.idempotency_key_chars;
  if (key.length > 0 && key.length <= max) return key;
  const message = `must have 1 to ${max} characters`;
  throw new Problem('validation_failed', `Idempotency-Key: ${message}`, {
    errors: [{ field: 'Idempotency-Key', message }],
  });
}

const inFlight = (): Problem =>
  new Problem('idempotency_in_flight', 'The first request with this Idempotency-Key is still running.', {
    retryAfterS: 1,
  });

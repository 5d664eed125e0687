import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Problem } from '../common/problem.js';
import {
  EVALUATION_MS,
  LARGEST_INPUT,
  LONGEST_EXPRESSION,
  type Evaluation,
  type EvaluationResult,
  type ExpressionFault,
} from './expression.js';
import { FairQueue } from './fair-queue.js';
import { Host, SLOTS, type HostAnswer, type HostBatch } from './host.js';

interface Job {
  expression: string;
  input?: string;
  bindings?: string;
  check?: true;
  since: number;
  /** A host ended while this was in hand. It goes again, with nothing beside it: if the next one ends too, it is why. */
  suspect: boolean;
  answer: (answer: HostAnswer) => void;
  refuse: (problem: Problem) => void;
}

interface Flight {
  batch: number;
  tenant: string;
  jobs: Job[];
}

/** Old space of each thread, in MB: room for the largest input as objects. */
const HEAP_MB = 128;
const MAX_BATCH = 32;
/** Batches share a thread's memory: what is larger goes alone. */
const LARGE = 65_536;
const QUEUE = { longest: 4_000, longestLine: 1_000 };
const PATIENCE_MS = 10_000;
const SWEEP_MS = 1_000;
/** A host that cannot even start is tried again after this long, doubled each time. */
const RESTART_MS = 100;
const MAX_RESTART_MS = 5_000;

const CHECKS = 'checks';

/**
 * Works out JSONata expressions that clients wrote: in two worker threads of a process of their own, each bounded in time
 * ({@link EVALUATION_MS} of a processor), depth, size and memory, with nothing in reach but their input. Tenants take
 * turns, so that nobody's heavy expressions hold up another's for longer than a batch.
 */
@Injectable()
export class Expressions implements OnApplicationShutdown {
  private readonly logger = new Logger(Expressions.name);
  private readonly waiting = new FairQueue<Job>(QUEUE);
  private readonly flights: (Flight | undefined)[] = Array.from({ length: SLOTS });
  private host: Host | undefined;
  private batches = 0;
  private failures = 0;
  private restarting: NodeJS.Timeout | undefined;
  private sweeping: NodeJS.Timeout | undefined;
  private closed = false;

  /**
   * Never throws for what is wrong with an expression or its input: that is its `error`.
   * @throws Problem `overloaded` when too much of this client's, or in all, waits already, or waited for too long
   */
  async evaluate(clientId: string, evaluations: Evaluation[]): Promise<EvaluationResult[]> {
    const texts = new Map<unknown, string | undefined>();
    const inputOf = (input: unknown): string | undefined => {
      if (!texts.has(input)) texts.set(input, toJson(input));
      return texts.get(input);
    };
    const answers = await this.askAll(
      clientId,
      evaluations.map(({ expression, input, bindings }) =>
        prepared(() => ({ expression, input: inputOf(input), bindings: bindings && toJson(bindings) })),
      ),
    );
    return answers.map(toResult);
  }

  /**
   * What is wrong with the expression as it is written; undefined when it is JSONata.
   * @throws Problem `overloaded`
   */
  async check(expression: string, clientId: string = CHECKS): Promise<ExpressionFault | undefined> {
    const [answer] = await this.askAll(clientId, [prepared(() => ({ expression, check: true }))]);
    return answer?.error;
  }

  onApplicationShutdown(): void {
    this.closed = true;
    clearTimeout(this.restarting);
    clearInterval(this.sweeping);
    this.host?.stop();
    const left = [...this.flights.flatMap((flight) => flight?.jobs ?? []), ...this.waiting.remove(() => true)];
    for (const job of left) job.refuse(overloaded());
  }

  private async askAll(tenant: string, asked: (Question | { error: ExpressionFault })[]): Promise<HostAnswer[]> {
    const questions = asked.filter((one): one is Question => !('error' in one));
    if (this.closed || !this.waiting.hasRoom(tenant, questions.length)) throw overloaded();
    const since = performance.now();
    const jobs: Job[] = [];
    const answers = asked.map((one) =>
      'error' in one
        ? one
        : new Promise<HostAnswer>((answer, refuse) => jobs.push({ ...one, since, suspect: false, answer, refuse })),
    );
    this.waiting.add(tenant, jobs);
    this.fill();
    return Promise.all(answers);
  }

  /** Gives free threads what is next. */
  private fill(): void {
    if (this.waiting.size === 0 || this.closed || this.restarting) return;
    this.sweeping ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.flights[slot] || this.flights.some((flight) => flight?.jobs[0]?.suspect)) continue;
      const next = this.waiting.take(MAX_BATCH, goTogether);
      if (!next) return;
      if (next.items[0]!.suspect && this.flights.some(Boolean)) return this.waiting.putBack(next.tenant, next.items);
      this.send(slot, next.tenant, next.items);
    }
  }

  private send(slot: number, tenant: string, jobs: Job[]): void {
    const batch = ++this.batches;
    this.flights[slot] = { batch, tenant, jobs };
    this.host ??= this.start();
    this.host.run(slot, toBatch(batch, jobs));
  }

  private start(): Host {
    return new Host(
      { evaluation_ms: EVALUATION_MS, heap_mb: HEAP_MB },
      { answered: (...answer) => this.answered(...answer), ended: () => this.ended() },
    );
  }

  private answered(slot: number, batch: number, results: HostAnswer[]): void {
    const flight = this.flights[slot];
    if (flight?.batch !== batch) return;
    this.flights[slot] = undefined;
    this.failures = 0;
    for (const [at, result] of results.entries()) flight.jobs[at]?.answer(result);
    this.waiting.putBack(flight.tenant, flight.jobs.slice(results.length));
    this.fill();
  }

  /** V8 gave up on some expression's memory, or the system did. */
  private ended(): void {
    this.host = undefined;
    this.failures++;
    const flights = this.flights.splice(0, SLOTS, ...Array.from({ length: SLOTS }, () => undefined));
    for (const flight of flights) {
      if (flight?.jobs[0]?.suspect) flight.jobs[0].answer({ error: TOO_MUCH_MEMORY });
      else if (flight) this.waiting.putBack(flight.tenant, flight.jobs.map(suspected));
    }
    this.logger.warn({ failures: this.failures }, 'the process that works out expressions ended; another one begins');
    if (this.failures < 3) return this.fill();
    const wait = Math.min(MAX_RESTART_MS, RESTART_MS * 2 ** (this.failures - 3));
    this.restarting = setTimeout(() => {
      this.restarting = undefined;
      this.fill();
    }, wait).unref();
  }

  private sweep(): void {
    const before = performance.now() - PATIENCE_MS;
    for (const job of this.waiting.remove(({ since }) => since < before)) job.refuse(overloaded());
    if (this.waiting.size > 0) return;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
  }
}

type Question = Pick<Job, 'expression' | 'input' | 'bindings' | 'check'>;

const TOO_MUCH_MEMORY: ExpressionFault = { code: 'memory', message: 'It took more memory than an expression may.' };

const suspected = (job: Job): Job => ({ ...job, suspect: true });

const sizeOf = ({ input, bindings }: Job): number => (input?.length ?? 0) + (bindings?.length ?? 0);

const goTogether = (first: Job, next: Job): boolean =>
  !first.suspect &&
  !next.suspect &&
  (next.bindings?.length ?? 0) < LARGE &&
  (first.input === next.input || sizeOf(first) + sizeOf(next) < LARGE);

function toBatch(batch: number, jobs: Job[]): HostBatch {
  const places = new Map<string | undefined, number>();
  const items = jobs.map(({ expression, input, bindings, check }) => {
    if (!places.has(input)) places.set(input, places.size);
    return { expression, input: places.get(input)!, bindings, check };
  });
  return { batch, inputs: [...places.keys()], items };
}

/** Checks what can be checked before anything is sent. */
function prepared(make: () => Question): Question | { error: ExpressionFault } {
  try {
    const question = make();
    const tooLong = question.expression.length > LONGEST_EXPRESSION;
    return tooLong ? tooLarge(`An expression has at most ${LONGEST_EXPRESSION} characters.`) : question;
  } catch (error) {
    if (error instanceof TooLarge) return tooLarge(`The input has more than ${LARGEST_INPUT} characters.`);
    return { error: { code: 'evaluation', message: 'The input is not JSON.' } };
  }
}

const tooLarge = (message: string): { error: ExpressionFault } => ({ error: { code: 'too_large', message } });

class TooLarge extends Error {}

function toJson(value: unknown): string | undefined {
  const json = JSON.stringify(value) as string | undefined;
  if (json !== undefined && json.length > LARGEST_INPUT) throw new TooLarge();
  return json;
}

const toResult = (answer: HostAnswer): EvaluationResult =>
  answer.error
    ? { error: answer.error }
    : { value: answer.json === undefined ? undefined : (JSON.parse(answer.json) as unknown) };

const overloaded = (): Problem =>
  new Problem('overloaded', 'Too many expressions are waiting. Try again.', { retryAfterS: 1 });

// @ts-check
// A process beside the server, in which clients' expressions run: two worker threads, and this one, which watches them.
//
// A process and not threads alone: V8 ends the whole process where one allocation overshoots a thread's limit by much (a
// long string made flat, a map that doubles), and what a client wrote may never end the server.
//
// Plain JavaScript, since it must be found as a file both beside the sources and in dist/.
import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** How often a thread that works is looked at, in milliseconds. */
const LOOK_MS = 10;
/** What an expression may take by the clock, however little of the processor the thread was given. */
const LONGEST_MS = 2_000;

const { evaluation_ms: evaluationMs, heap_mb: heapMb } = JSON.parse(process.argv[2] ?? '{}');

/** @param {string} code @param {string} message */
const fault = (code, message) => ({ error: { code, message } });

const TIMEOUT = fault('timeout', `It took longer than ${evaluationMs} ms.`);
const MEMORY = fault('memory', 'It took more memory than an expression may.');

/** @typedef {{ batch: number, items: unknown[] }} Batch */

class Thread {
  /** The batch in hand, and what came of it so far. */
  batch = /** @type {Batch | undefined} */ (undefined);
  results = /** @type {unknown[]} */ ([]);
  watching = /** @type {NodeJS.Timeout | undefined} */ (undefined);
  /** What the item at hand is answered with, where the thread ends in it. */
  verdict = /** @type {{ error: object } | undefined} */ (undefined);
  ready = false;
  schedstat = '';
  place = new Int32Array(new SharedArrayBuffer(8));
  seen = { place: -1, cpu: 0, at: 0 };

  /** @param {number} slot */
  constructor(slot) {
    this.slot = slot;
    this.worker = this.newWorker();
  }

  newWorker() {
    // How many items there were so far, so that two are never taken for one; and the place of this one in its batch.
    this.place = new Int32Array(new SharedArrayBuffer(8));
    this.ready = false;
    this.verdict = undefined;
    const worker = new Worker(new URL('./evaluator.mjs', import.meta.url), {
      workerData: { place: this.place, evaluation_ms: evaluationMs },
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      env: {},
    });
    worker.on('message', (message) => this.heard(message));
    worker.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.verdict ??= MEMORY;
    });
    worker.on('exit', () => this.ended());
    return worker;
  }

  /** @param {any} message */
  heard(message) {
    if (message.ready) {
      this.ready = true;
      this.schedstat = message.schedstat;
      if (this.batch) this.begin(this.batch);
    } else if (message.done !== undefined) this.answer(message.done);
    else this.results.push(message);
  }

  /** @param {Batch} batch */
  run(batch) {
    this.batch = batch;
    this.results = [];
    if (this.ready) this.begin(batch);
  }

  /** @param {Batch} batch */
  begin(batch) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.worker.postMessage(batch);
    this.seen = { place: -1, cpu: 0, at: 0 };
    this.watching = setInterval(() => this.look(), LOOK_MS);
  }

  look() {
    const place = Atomics.load(this.place, 0);
    const cpu = this.cpuMs();
    const at = performance.now();
    if (this.seen.place !== place) this.seen = { place, cpu, at };
    // The thread ends by itself what runs through JSONata's own steps. What it cannot leave (one regular expression, one
    // sort) is ended from here, half as late again.
    else if (cpu - this.seen.cpu > evaluationMs * 1.5 || at - this.seen.at > LONGEST_MS) {
      this.verdict ??= TIMEOUT;
      clearInterval(this.watching);
      void this.worker.terminate();
    }
  }

  /** What the thread had of a processor: a thread that others keep from it has not used its time. */
  cpuMs() {
    if (this.schedstat === '') return performance.now();
    try {
      return Number(readFileSync(this.schedstat, 'utf8').split(' ', 1)[0]) / 1e6;
    } catch {
      return 0; // It has just ended.
    }
  }

  ended() {
    const { batch, results, verdict } = this;
    if (batch) {
      const wasAt = Atomics.load(this.place, 1);
      // Answers that got lost with the thread are worked out again: those are left, not the item that it ended in.
      if (verdict && wasAt === results.length && wasAt < batch.items.length) results.push(verdict);
      this.answer(results.length);
    }
    this.worker = this.newWorker();
  }

  /** @param {number} done  how many of the batch have an answer; the others were left */
  answer(done) {
    clearInterval(this.watching);
    const { batch, results } = this;
    this.batch = undefined;
    if (batch) send({ slot: this.slot, batch: batch.batch, results: results.slice(0, done) });
  }
}

/** @param {unknown} message */
const send = (message) => process.connected && process.send?.(message, () => undefined);

try {
  // Where the system runs out of memory, it is this that should go.
  writeFileSync('/proc/self/oom_score_adj', '800');
} catch {
  // Not there, or not allowed: then it is as it is.
}

const threads = [new Thread(0), new Thread(1)];
process.on('message', (/** @type {any} */ { slot, ...batch }) => threads[slot]?.run(batch));
process.on('disconnect', () => process.exit());
// Who stops the server by a signal to the whole group means the server, which ends this in its own order.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => undefined);

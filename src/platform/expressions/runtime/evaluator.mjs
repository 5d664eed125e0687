// @ts-check
// A worker thread: works out JSONata expressions, one after the other.
import { readFileSync, readlinkSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { checked, compiled, Fault } from './bounded-jsonata.mjs';

/** A batch that takes longer leaves the rest, so that another client's may come between. */
const BATCH_MS = 100;
/** The most that an expression may give, as JSON. */
const LARGEST_RESULT = 1_048_576;

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
/** @type {{ place: Int32Array, evaluation_ms: number }} */
const { place, evaluation_ms: evaluationMs } = workerData;

/** @type {LRUCache<string, ReturnType<typeof compiled>>} */
const cache = new LRUCache({ max: 500 });

/** Where the kernel says what this thread had of a processor; empty where it says no such thing. */
const schedstat = (() => {
  try {
    const path = `/proc/${readlinkSync('/proc/thread-self')}/schedstat`;
    return Number(readFileSync(path, 'utf8').split(' ', 1)[0]) > 0 ? path : '';
  } catch {
    return '';
  }
})();

const cpuMs = () =>
  schedstat === '' ? performance.now() : Number(readFileSync(schedstat, 'utf8').split(' ', 1)[0]) / 1e6;

/** @param {string} expression */
function compile(expression) {
  const known = cache.get(expression);
  if (known) return known;
  const made = compiled(expression, { evaluationMs, cpuMs });
  cache.set(expression, made);
  return made;
}

/** @param {unknown} value */
function asJson(value) {
  if (value === undefined) return undefined;
  if (typeof value === 'function') throw new Fault('result', 'It gives a function.');
  let json;
  try {
    json = JSON.stringify(value);
  } catch {
    throw new Fault('result', 'It gives something that is not JSON.');
  }
  if (json !== undefined && json.length > LARGEST_RESULT) throw new Fault('too_large', 'It gives too much.');
  return json;
}

/** @param {{ expression: string, check?: boolean, bindings?: string }} item @param {unknown} input */
async function resultOf({ expression, check, bindings }, input) {
  try {
    if (check) return checked(expression);
    const evaluate = compile(expression);
    const value = await evaluate(input, bindings === undefined ? {} : JSON.parse(bindings));
    return { json: asJson(value) };
  } catch (error) {
    return { error: faultOf(error) };
  }
}

/** @param {any} error  JSONata's are plain objects with a code, such as T2001 */
function faultOf(error) {
  if (error instanceof RangeError && /call stack/.test(error.message))
    return { code: 'depth', message: 'It goes too deep.' };
  if (error instanceof RangeError) return { code: 'too_large', message: 'It makes something that is too large.' };
  const message = String(error?.message ?? 'It failed.').slice(0, 500);
  // JSONata's own bounds of ranges and of lists.
  const isLarge = error?.code === 'D2014' || error?.code === 'D2015';
  const code = error instanceof Fault ? error.code : isLarge ? 'too_large' : 'evaluation';
  const position = typeof error?.position === 'number' ? { position: error.position } : {};
  return { code, message, ...position };
}

port.on('message', async ({ inputs, items }) => {
  const beganAt = performance.now();
  const values = new Map();
  const inputOf = (/** @type {number} */ at) => {
    if (!values.has(at)) values.set(at, inputs[at] == null ? undefined : JSON.parse(inputs[at]));
    return values.get(at);
  };
  let done = 0;
  for (const item of items) {
    Atomics.store(place, 1, done);
    Atomics.add(place, 0, 1);
    port.postMessage(await resultOf(item, item.check ? undefined : inputOf(item.input)));
    done++;
    if (performance.now() - beganAt > BATCH_MS) break;
  }
  // Past the last one: what ends the thread now is no item's fault.
  Atomics.store(place, 1, -1);
  Atomics.add(place, 0, 1);
  port.postMessage({ done });
});

port.postMessage({ ready: true, schedstat });

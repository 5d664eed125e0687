// @ts-check
// JSONata as far as strangers may use it: so long, so deep, so large. What these bounds cannot reach (one step that takes
// for ever, or all the memory) ends the thread: see host.mjs.
import jsonata from 'jsonata';

/** Steps within steps: each is a few frames of the stack. */
const DEEPEST = 300;
/** Characters of a text and items of a list that any step may give. */
const LONGEST_TEXT = 1_000_000;
const LONGEST_LIST = 100_000;

const ENTRY = Symbol.for('jsonata.__evaluate_entry');
const EXIT = Symbol.for('jsonata.__evaluate_exit');

/** What is told of an expression, beside what JSONata itself says. */
export class Fault extends Error {
  /** @param {string} code @param {string} message @param {number} [position] */
  constructor(code, message, position) {
    super(message);
    this.code = code;
    this.position = position;
  }
}

const tooLarge = () => new Fault('too_large', 'It makes something that is too large.');

/**
 * @param {string} expression
 * @param {{ evaluationMs: number, cpuMs: () => number }} options  `cpuMs` is what this thread had of a processor so far
 * @returns {(input: unknown, bindings: object) => Promise<unknown>} rejects with a {@link Fault}, or with what JSONata throws
 */
export function compiled(expression, { evaluationMs, cpuMs }) {
  const parsed = parse(expression);
  let depth = 0;
  let startedAt = 0;
  let lookAt = 0;
  parsed.assign(/** @type {any} */ (ENTRY), () => {
    if (++depth > DEEPEST) throw new Fault('depth', `It goes deeper than ${DEEPEST} steps.`);
    if (performance.now() < lookAt) return;
    const left = evaluationMs - (cpuMs() - startedAt);
    if (left <= 0) throw new Fault('timeout', `It took longer than ${evaluationMs} ms.`);
    // A thread that others kept from the processor has more time by the clock.
    lookAt = performance.now() + Math.max(left, 1);
  });
  parsed.assign(
    /** @type {any} */ (EXIT),
    (
      /** @type {unknown} */ _step,
      /** @type {unknown} */ _in,
      /** @type {unknown} */ _env,
      /** @type {unknown} */ result,
    ) => {
      depth--;
      bound(result);
    },
  );
  parsed.registerFunction('pad', pad, '<s-ns?:s>');
  return (input, bindings) => {
    depth = 0;
    startedAt = cpuMs();
    lookAt = performance.now() + evaluationMs;
    // Bindings always, if none: without them its variables would stay for the next one.
    return parsed.evaluate(input, /** @type {any} */ (bindings));
  };
}

/** @param {string} expression @returns {{ json?: string }} throws what is wrong with it */
export function checked(expression) {
  parse(expression);
  return {};
}

/** @param {string} expression */
function parse(expression) {
  try {
    return jsonata(expression, /** @type {any} */ ({ sequence: LONGEST_LIST }));
  } catch (error) {
    const { message, position } = /** @type {any} */ (error);
    throw new Fault('syntax', String(message), position);
  }
}

/** @param {unknown} result */
function bound(result) {
  if (typeof result === 'string') {
    if (result.length > LONGEST_TEXT) throw tooLarge();
  } else if (Array.isArray(result) && result.length > LONGEST_LIST) throw tooLarge();
}

/** $pad makes its text in one go. @param {string} text @param {number} width @param {string} [filling] */
function pad(text, width, filling = ' ') {
  if (Math.abs(width) > LONGEST_TEXT) throw tooLarge();
  const characters = [...text];
  const missing = Math.abs(Math.trunc(width)) - characters.length;
  if (missing <= 0 || filling === '') return text;
  const one = [...filling];
  const more = Array.from({ length: missing }, (_, at) => one[at % one.length]).join('');
  return width > 0 ? text + more : more + text;
}

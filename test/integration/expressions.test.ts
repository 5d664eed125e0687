import { readdirSync, readFileSync } from 'node:fs';
import { Expressions } from '../../src/platform/expressions/expressions.js';
import type { EvaluationResult } from '../../src/platform/expressions/expression.js';
import { Host, type HostAnswer } from '../../src/platform/expressions/host.js';
import { until } from '../support/until.js';

/** Real processes and threads: each test would be the first to see that the server ends with an expression. */
const expressions = new Expressions();
afterAll(() => expressions.onApplicationShutdown());

const evaluate = async (expression: string, input?: unknown, client = 'acme'): Promise<EvaluationResult> => {
  const [result] = await expressions.evaluate(client, [{ expression, input }]);
  return result!;
};

const codeOf = async (expression: string, input?: unknown, client?: string) =>
  (await evaluate(expression, input, client)).error?.code;

/** The processes of expressions that this one has. */
const hosts = (): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      const [, parent] = /^PPid:\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('host.mjs');
    } catch {
      return false;
    }
  });

describe('what expressions give', () => {
  it('answers each in order, with its value or its own fault', async () => {
    const order = { total: 7, lines: [{ sku: 'a' }, { sku: 'b' }] };
    const results = await expressions.evaluate('acme', [
      { expression: 'total > 5', input: order },
      { expression: 'lines.sku', input: order },
      { expression: '{"n": $count(lines), "who": $who}', input: order, bindings: { who: 'ann' } },
      { expression: 'nothing.here', input: order },
      { expression: 'total + "x"', input: order },
      { expression: 'total >', input: order },
      { expression: '$', input: undefined },
      { expression: '$x := 5; $x', input: null },
      { expression: '$', input: 1n },
      { expression: 'function($x){$x}', input: {} },
      { expression: '"ü" & $string(null)', input: {} },
    ]);
    expect(results).toEqual([
      { value: true },
      { value: ['a', 'b'] },
      { value: { n: 2, who: 'ann' } },
      { value: undefined },
      { error: { code: 'evaluation', message: expect.stringContaining('number'), position: expect.any(Number) } },
      { error: { code: 'syntax', message: expect.any(String), position: expect.any(Number) } },
      { value: undefined },
      { error: { code: 'syntax', message: expect.any(String), position: expect.any(Number) } },
      { error: { code: 'evaluation', message: 'The input is not JSON.' } },
      { error: { code: 'result', message: 'It gives something that is not JSON.' } },
      { value: 'ünull' },
    ]);
  });

  it('checks what is written, without working it out', async () => {
    expect(await expressions.check('$map([1..1e7], function($x){$x})')).toBeUndefined();
    expect(await expressions.check('a.b[')).toMatchObject({ code: 'syntax', position: expect.any(Number) });
    expect(await expressions.check('/(/')).toMatchObject({ code: 'syntax' });
    expect(await expressions.check('('.repeat(8_000))).toBeDefined();
    expect(await expressions.check('x'.repeat(8_193))).toMatchObject({ code: 'too_large' });
  });

  it('keeps nothing of one for the next, and gives nothing but the input', async () => {
    expect(await evaluate('($kept := "secret"; $kept)', {}, 'acme')).toEqual({ value: 'secret' });
    expect(await evaluate('$kept', {}, 'other')).toEqual({ value: undefined });
    expect(await evaluate('($kept := "secret"; $kept)', {}, 'other')).toEqual({ value: 'secret' });
    const input = { a: 1, list: [1], text: 'x' };
    for (const way of [
      '$.constructor.constructor("return process.env")()',
      '($f := $lookup($, "constructor"); $f.constructor("return process")())',
      'a.constructor.constructor("return 1")()',
      '$sum.constructor("return process.env")()',
      '$$.__proto__.polluted',
      '($string).call(1)',
      'process.env',
      '$process',
      '$eval("process.env")',
      '$merge([{"__proto__": {"polluted": 1}}]).polluted',
      '$ ~> |$|{"__proto__": {"polluted": 1}}|',
    ]) {
      const { value } = await evaluate(way, input);
      expect([way, JSON.stringify(value ?? null)]).not.toEqual([way, expect.stringMatching(/PATH|NODE|"pid"/)]);
      expect([way, (await evaluate('{}.polluted', input)).value]).toEqual([way, undefined]);
    }
    expect(await evaluate('$.constructor', input)).toEqual({ value: undefined });
  });
});

describe('attacks', () => {
  const forever = '($f := function($n) { $f($n + 1) }; $f(0))';
  it.each([
    ['an endless tail call', forever, ['timeout']],
    ['an endless recursion', '($f := function($n) { 1 + $f($n + 1) }; $f(0))', ['depth', 'timeout']],
    ['an endless $eval', '($f := function() { $eval("$f()") + 1 }; $f())', ['depth', 'timeout', 'evaluation']],
    ['a regular expression', '$match($, /^(a+)+$/)', ['timeout']],
    ['a large range', '[1..1e7]', ['too_large', 'timeout']],
    ['a large range of ranges', '$map([1..1e5], function($x) { [1..1e5] })', ['too_large', 'timeout', 'memory']],
    ['a text that doubles', '($f := function($s) { $f($s & $s) }; $f("ab"))', ['too_large', 'timeout']],
    ['a list that doubles', '($f := function($s) { $f($append($s, $s)) }; $f([1]))', ['too_large', 'timeout']],
    ['a long pad', '$pad("x", 400000000)', ['too_large']],
    [
      'a join of long texts',
      '($t := $pad("x", 900000); $l := [1..50000].$t; $join($l))',
      ['too_large', 'timeout', 'memory', 'evaluation'],
    ],
    [
      'a text in a text in a text',
      '($t := $pad("x", 900000); $uppercase($replace($t, "x", $t)))',
      ['too_large', 'timeout', 'memory', 'evaluation'],
    ],
    [
      'lists in lists as a text',
      '($f := function($s, $n) { $n = 0 ? $s : $f({"a": $s, "b": $s}, $n - 1) }; $string($f("x", 40)))',
      ['too_large', 'timeout', 'memory'],
    ],
    [
      'lists in lists as the answer',
      '($f := function($s, $n) { $n = 0 ? $s : $f({"a": $s, "b": $s}, $n - 1) }; $f("x", 40))',
      ['too_large', 'timeout', 'memory', 'result'],
    ],
    ['a long sort', '$sort([1..99999], function($a, $b) { $random() > 0.5 })', ['timeout']],
    ['a picture', '$formatNumber(1, $pad("0", 900000))', ['too_large', 'timeout', 'evaluation']],
    ['a date', '$fromMillis(0, "[Y,900000000-900000000]")', ['too_large', 'timeout', 'memory', 'evaluation']],
  ])('%s is ended', async (_name, expression, codes) => {
    const code = await codeOf(expression, `${'a'.repeat(40)}!`, 'attacker');
    expect(codes).toContain(code);
    expect(await evaluate('1 + 1', {}, 'other')).toEqual({ value: 2 });
  });

  it('have fifty milliseconds of a processor, and no more', async () => {
    const steps = (n: number) => `($f := function($n) { $n = 0 ? "done" : $f($n - 1) }; $f(${n}))`;
    expect(await evaluate(steps(100))).toEqual({ value: 'done' });
    // It ends by itself, within seconds.
    expect(await codeOf(steps(1_000_000))).toBe('timeout');
  });

  it('refuses inputs and results that are too large', async () => {
    expect(await codeOf('1', 'x'.repeat(4_194_304))).toBe('too_large');
    expect(await codeOf('[1..99999].{"a": $string($), "b": "xxxxxxxxxxxxxx"}', {})).toMatch(/too_large|timeout/);
  });
});

describe('memory', () => {
  /** A list of lists, none of which is too large: more of them all the time. */
  const growing = '$map([1..99999], function($x) { [1..9999] })';

  it('ends the thread that runs out of it, which is replaced, and no other', async () => {
    const answers = new Map<number, HostAnswer[]>();
    let ended = 0;
    const before = hosts();
    // Little of it, and time enough to use it up, so that it is always memory that ends it.
    const host = new Host(
      { evaluation_ms: 60_000, heap_mb: 16 },
      { answered: (_slot, batch, results) => answers.set(batch, results), ended: () => ended++ },
    );
    const [pid] = hosts().filter((one) => !before.includes(one));
    const run = (slot: number, batch: number, ...asked: string[]) =>
      host.run(slot, { batch, inputs: ['{"n":2}'], items: asked.map((expression) => ({ expression, input: 0 })) });
    try {
      run(0, 1, 'n + 1', growing, 'n + 2');
      run(1, 2, 'n * 2');
      await until('both', () => answers.size === 2);
      expect(answers.get(1)).toEqual([
        { json: '3' },
        { error: { code: 'memory', message: 'It took more memory than an expression may.' } },
      ]);
      expect(answers.get(2)).toEqual([{ json: '4' }]);
      run(0, 3, 'n + 2');
      await until('the new thread', () => answers.has(3));
      expect(answers.get(3)).toEqual([{ json: '4' }]);
      expect(ended).toBe(0);
      expect(hosts()).toContain(pid);
    } finally {
      host.stop();
      await until('its process to be gone', () => !hosts().includes(pid!));
    }
  });

  it('is the fault of what was alone in two processes that ended, and what others asked goes on', async () => {
    await evaluate('1');
    const [first] = hosts();
    const greedy = expressions.evaluate('attacker', [
      { expression: '1 + 1', input: {} },
      { expression: '$match($, /^(a+)+$/)', input: `${'a'.repeat(40)}!` },
      { expression: '1 + 2', input: {} },
    ]);
    // As the system does where no memory is left: whatever is in hand may be why.
    process.kill(Number(first), 'SIGKILL');
    await until('another process', () => hosts().some((pid) => pid !== first));
    const others = Array.from({ length: 20 }, (_, at) => evaluate('$ + 1', at, `client-${at}`));
    process.kill(Number(hosts().find((pid) => pid !== first)), 'SIGKILL');
    const memory = { error: { code: 'memory', message: 'It took more memory than an expression may.' } };
    expect((await greedy)[0]).toEqual(memory);
    expect(await greedy).toMatchObject([memory, { error: { code: 'timeout' } }, { value: 3 }]);
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, (_, at) => ({ value: at + 1 })));
    await until('one process to be left', () => hosts().length === 1);
  });
});

describe('one for another', () => {
  it('goes on with what others asked when a thread or the whole process ends', async () => {
    await evaluate('1');
    const [host] = hosts();
    const others = Array.from({ length: 20 }, (_, at) => evaluate('$ + 1', at, `client-${at}`));
    const hanging = evaluate('$match($, /^(a+)+$/)', `${'a'.repeat(40)}!`, 'attacker');
    process.kill(Number(host), 'SIGKILL');
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, (_, at) => ({ value: at + 1 })));
    expect(await hanging).toMatchObject({ error: { code: 'timeout' } });
    expect(hosts()).toHaveLength(1);
    expect(hosts()).not.toContain(host);
  });

  it('lets tenants take turns, and refuses what is too much of one', async () => {
    const heavy = '$sum([1..300].($ * 2))';
    const ended: string[] = [];
    const mine = Array.from({ length: 25 }, () =>
      expressions
        .evaluate(
          'heavy',
          Array.from({ length: 32 }, () => ({ expression: heavy, input: {} })),
        )
        .then(() => ended.push('heavy')),
    );
    await expect(
      expressions.evaluate(
        'heavy',
        Array.from({ length: 300 }, () => ({ expression: heavy, input: {} })),
      ),
    ).rejects.toMatchObject({ code: 'overloaded' });
    const light = evaluate('1', {}, 'light').then(() => ended.push('light'));
    await Promise.all([light, ...mine]);
    expect(ended.indexOf('light')).toBeLessThan(5);
  });

  it('refuses what waits when the application ends', async () => {
    const closing = new Expressions();
    const asked = closing.evaluate('acme', [{ expression: '1', input: {} }]);
    closing.onApplicationShutdown();
    await expect(asked).rejects.toMatchObject({ code: 'overloaded' });
    await expect(closing.check('1')).rejects.toMatchObject({ code: 'overloaded' });
  });
});

import { getMetadataStorage } from 'class-validator';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import '../../src/app.module.js';
import { EMAIL } from '../../src/engine/providers/email/email.channel.js';
import { parseMailbox } from '../../src/engine/providers/email/email.address.js';
import { completeFields, fieldsOf, type Class } from '../../src/platform/common/field-registry.js';
import { slugOf } from '../../src/platform/common/slug.js';
import { toDto } from '../../src/platform/common/validation.js';

// Long texts must not cost more than their length: whoever sends one would stop everybody else's requests meanwhile.

const UNITS = [
  ...' aAzZ09@.,:;-_+/\\<>"\'()[]{}%&#?!=$^*~|\t\n',
  'é',
  '日',
  '\u0301',
  '\ufe0f',
  '\u{1f600}',
  '\u{1d400}',
  'a ',
  ' a',
  'a@',
  '@.',
  'a.',
  'a-',
  '"\\',
  '\\"',
  '<a',
  'a>',
  'a:',
  '//',
  '%2',
  'T0',
  '0-',
  '00:',
  'é\u0301',
];
/**
 * For what reads texts by expressions of libraries: theirs tell no letter from another, and no sign that stands for none of theirs. Those of our own
 * sources are tried with all.
 */
const TELLING_UNITS = UNITS.filter((unit) => !/^[AzZ9,;+<>'){}\]#!=$^*~|\t\u{1d400}]$/u.test(unit));
const KIB = 1024;

/** The CPU's time in microseconds, which other processes on a busy machine don't add to. */
function cost(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** In microseconds, others' time included: never less than what it cost. */
function elapsed(work: () => unknown): number {
  const before = performance.now();
  work();
  return (performance.now() - before) * 1_000;
}

/** What 8 KiB take so little of is, were it the third power of the length, too little for 64 KiB, too. */
const NOTHING = 39;

/** Below this, nothing can be told from the noise, and nobody is kept waiting. */
const TOO_LITTLE = 20_000;

/**
 * Does a text cost much more than its eight pieces do? Linear work costs as much, quadratic work eight times that. The
 * text grows step by step, so that what is worse still shows before it takes hours.
 */
function isSuperLinear(work: (text: string) => unknown, textOf: (length: number) => string): boolean {
  for (const length of [KIB / 8, KIB, 8 * KIB]) {
    const [piece, whole] = [textOf(length), textOf(8 * length)];
    const once = (): boolean => {
      const one = cost(() => work(whole));
      if (one < TOO_LITTLE) return false;
      const eight = cost(() => {
        for (let i = 0; i < 8; i++) work(piece);
      });
      return one > 4 * eight;
    };
    if (once() && once() && once()) return true;
    if (length === KIB && elapsed(() => work(textOf(8 * length))) < NOTHING) return false;
  }
  return false;
}

/**
 * Which texts are too dear, by what they begin with and what they repeat.
 * @param end what no expression expects, so that all ways to match are tried
 */
const tooDear = (
  work: (text: string) => unknown,
  beginnings: string[],
  end = '\n\u0001',
  units: string[] = UNITS,
): string[] =>
  beginnings.flatMap((beginning) =>
    units
      .filter((unit) => isSuperLinear(work, (length) => `${beginning}${unit.repeat(length / unit.length)}${end}`))
      .map((unit) => JSON.stringify([beginning, unit])),
  );

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => join('src', file));

/** The regular expressions that stand in a file. */
function expressionsIn(file: string): RegExp[] {
  const found: RegExp[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(node.text)!;
      found.push(new RegExp(source!, flags!));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return found;
}

/** The plain characters that an expression begins with: only after them does it become interesting. */
const beginningOf = ({ source }: RegExp): string =>
  /^\^?((?:\\\/|[\w :@"])*)(?![*+?{])/.exec(source)?.[1]?.replaceAll('\\', '') ?? '';

/**
 * What it looks for: every run of its words. Where words may follow each other anywhere, the ways to match multiply, and
 * nobody sees it in a text that holds no such word, or all of them.
 */
const wordsOf = ({ source }: RegExp): string[] => {
  const words = source.replaceAll(/\\./g, ' ').match(/[a-z]{2,}/gi) ?? [];
  const runs = words.flatMap((_, from) => words.slice(from).map((__, more) => words.slice(from, from + more + 1)));
  return runs.flatMap((run) => [run.join(''), `${run.join(' ')} `]);
};

it('notices what is quadratic, and lets pass what is linear', () => {
  expect(tooDear((text) => /\/+$/.test(text), [''])).toContain(JSON.stringify(['', '/']));
  const quota = /mail[\w ]*limit/;
  expect(wordsOf(quota).some((run) => tooDear((text) => quota.test(text), [''], '', [run]).length > 0)).toBe(true);
  expect(tooDear((text) => /^[^a]+$/.test(text), [''])).toEqual([]);
});

it('is linear: every regular expression of the sources', () => {
  const expressions = sources.flatMap((file) => expressionsIn(file).map((expression) => ({ file, expression })));
  expect(expressions.length).toBeGreaterThan(40);
  const wrong = expressions.flatMap(({ file, expression }) => {
    const beginnings = new Set(['', 'a', 'a@', beginningOf(expression)]);
    const work = (text: string) => text.replace(expression, '');
    const inWords = wordsOf(expression).find((run) => tooDear(work, [''], undefined, [run]).length > 0);
    const dear = inWords ? [inWords] : tooDear(work, [...beginnings]);
    return dear.length > 0 ? [`${file} ${expression}: ${dear.slice(0, 3)}`] : [];
  });
  expect(wrong).toEqual([]);
});

it.each<[string, (text: string) => unknown, string[]]>([
  ['a mailbox', parseMailbox, ['', 'a', '"', 'a <', '"a" <a@', 'a@']],
  ['an address', (text) => EMAIL.address!.fault(text), ['', 'a@', '"']],
  ['a slug', slugOf, ['', 'あ', 'é']],
])('is linear: reading %s', (_, read, beginnings) => {
  expect(tooDear(read, beginnings, 'x')).toEqual([]);
});

it('is linear: every field of every request and answer', () => {
  completeFields();
  const { validationMetadatas } = getMetadataStorage() as unknown as { validationMetadatas: Map<Class, unknown> };
  const dtos = [...validationMetadatas.keys()].filter((dto) => fieldsOf(dto).size > 0);
  expect(dtos.length).toBeGreaterThan(40);
  const wrong = dtos.flatMap((dto) => {
    const validate = (value: unknown) => {
      const body = Object.fromEntries([...fieldsOf(dto).keys()].map((name) => [name, value]));
      try {
        toDto(dto as new () => object, body);
      } catch {
        // Whether it is refused is not what this is about.
      }
    };
    const dear = tooDear((text) => [validate(text), validate([text])], ['', 'http://'], undefined, TELLING_UNITS);
    return dear.length > 0 ? [`${dto.name}: ${dear.slice(0, 3)}`] : [];
  });
  expect(wrong).toEqual([]);
});

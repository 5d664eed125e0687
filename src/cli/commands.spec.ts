import type { Command } from 'commander';
import { Refused } from './api.js';
import { wordsOf } from './completion.js';
import { shownRedis } from './doctor-parts.js';
import { clockOf } from './doctor-server.js';
import { Found, Interrupted, Unreachable, Usage } from './exit.js';
import { failureOf } from './failures.js';
import { chunksOf, kindOfList } from './line-chunks.js';
import { bodyOf } from './notify.js';
import { makeProgram } from './program.js';
import { runCommand } from './run-command.js';

const wiring = { modules: () => Promise.resolve(), documents: () => Promise.resolve({}) };

describe('every command', () => {
  it('is described, and completed with its options', async () => {
    const program = await makeProgram(wiring);
    const words = wordsOf(program);
    expect(words.get('')).toEqual(expect.arrayContaining(['login', 'tail', 'listen', 'doctor', 'seed', '--json']));
    expect(words.get('deliveries list')).toEqual(expect.arrayContaining(['--status', '--json', '--help']));
    const bare: string[] = [];
    const visit = (command: Command, path: string): void => {
      if (command.description() === '') bare.push(path);
      for (const one of command.commands) visit(one as Command, `${path} ${one.name()}`);
    };
    visit(program, 'chatapi');
    expect(bare).toEqual([]);
  });

  it.each([
    ['recover --from yesterday', 'chatapi recover'],
    ['rooms list --limit many', 'chatapi rooms list'],
    ['rooms list --limti 3', 'chatapi rooms list'],
    ['rooms list Tea', 'chatapi rooms list'],
    ['rooms show', 'chatapi rooms show'],
    ['rmos', 'chatapi'],
  ])('says in whole sentences how %s was meant', async (line, path) => {
    const { code, text } = await runCommand(line.split(' '), wiring);
    expect(code).toBe(2);
    expect(text).toMatch(new RegExp(`[^.]\\. \`${path} --help\` shows how\\.$`));
  });
});

describe('what a failure ends with', () => {
  it.each([
    [new Usage('so'), 2],
    [new Unreachable('so'), 3],
    [new Found('so'), 4],
    [new Interrupted(), 130],
    [new Refused({ status: 404, code: 'not_found' }, 'GET /x'), 1],
    [new Error('so'), 1],
  ])('%s: %i', (error, code) => expect(failureOf(error, false).code).toBe(code));

  it('names code, fields and request, or is the problem itself for scripts', () => {
    const problem = {
      status: 422,
      code: 'validation_failed',
      detail: 'No.',
      request_id: 'r1',
      errors: [{ field: 'a', message: 'is \u001b bad' }],
    } as const;
    const refused = new Refused({ ...problem, errors: [...problem.errors] }, 'POST /x');
    expect(failureOf(refused, false).text).toBe('✗ validation_failed: No.\n  a: is \\x1b bad\n  request_id r1');
    expect(JSON.parse(failureOf(refused, true).text)).toEqual(problem);
    expect(JSON.parse(failureOf(new Found('so'), true).text)).toEqual({ code: 'found', detail: 'so' });
  });
});

describe('lists that are taken in', () => {
  it('go in parts, each with the header, which know their lines', () => {
    const csv = '\ufeffaddress\r\na\r\nb\r\nc\r\n';
    expect(kindOfList(csv)).toBe('text/csv');
    expect(chunksOf(csv, 'text/csv', 2)).toEqual([
      { body: 'address\na\nb\n', offset: 0, count: 2 },
      { body: 'address\nc\n', offset: 2, count: 1 },
    ]);
    const ndjson = '{"address":"a"}\n{"address":"b"}';
    expect(kindOfList(ndjson)).toBe('application/x-ndjson');
    expect(chunksOf(ndjson, 'application/x-ndjson', 1).map(({ body, offset }) => [body, offset])).toEqual([
      ['{"address":"a"}\n', 0],
      ['{"address":"b"}\n', 1],
    ]);
    expect(chunksOf('address\n', 'text/csv', 2)).toEqual([]);
  });
});

describe('notify', () => {
  const timeout = 60;
  it('makes the body of POST /notifications of its options', () => {
    expect(
      bodyOf({ timeout, user: ['alice'], email: ['a@example.com'], title: 'T', subject: 'S', text: 'x' }),
    ).toMatchObject({
      recipients: [{ user_id: 'alice', email: 'a@example.com' }],
      channels: { websocket: { title: 'T' }, email: { subject: 'S', text: 'x' } },
    });
    expect(bodyOf({ timeout, user: ['a', 'b'], email: ['c@example.com'], room: 'r', title: 'T' })).toMatchObject({
      recipients: [{ user_id: 'a' }, { user_id: 'b' }, { email: 'c@example.com' }, { room_id: 'r' }],
    });
    expect(bodyOf({ timeout, webhook: 'https://example.com' })).not.toHaveProperty('recipients');
  });

  it('says what is missing', () => {
    expect(() => bodyOf({ timeout, user: ['alice'] })).toThrow(/--title/);
    expect(() => bodyOf({ timeout, title: 'T' })).toThrow(/--user/);
  });
});

describe('doctor', () => {
  const at = Date.parse('2026-01-31T12:00:00.400Z');
  it.each([
    ['Sat, 31 Jan 2026 12:00:00 GMT', 'ok'],
    ['Sat, 31 Jan 2026 12:00:04 GMT', 'ok'],
    ['Sat, 31 Jan 2026 12:00:09 GMT', 'bad'],
    ['Sat, 31 Jan 2026 11:59:50 GMT', 'bad'],
    ['soon', 'warn'],
    [null, 'warn'],
  ])('judges a clock that says %s: %s', (date, state) => expect(clockOf(date, at, at + 200).state).toBe(state));

  it('warns of a Redis that throws jobs away, or forgets them', () => {
    const states = (memory: string, persistence: string) =>
      shownRedis(memory, persistence).map(({ part, state }) => `${part}: ${state}`);
    expect(states('maxmemory_policy:noeviction', 'aof_enabled:1')).toEqual(['redis: ok']);
    expect(states('maxmemory_policy:allkeys-lru', 'aof_enabled:0')).toEqual([
      'redis: ok',
      'redis memory: warn',
      'redis persistence: warn',
    ]);
  });
});

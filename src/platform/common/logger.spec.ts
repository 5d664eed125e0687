import { NestLog, configureLogger, createLogger, logger } from './logger.js';

function linesOf(
  write: (log: ReturnType<typeof createLogger>) => void,
  level: 'info' | 'debug' = 'info',
): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger({ logLevel: level, logFormat: 'json' }, { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('writes one JSON object per line, with level and time as text', () => {
  const [line] = linesOf((log) => log.info({ client_id: 'c' }, 'done'));
  expect(line).toEqual({ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), client_id: 'c', msg: 'done' });
});

it('redacts secrets wherever they stand', () => {
  const secrets = {
    authorization: 'Bearer hidden',
    'x-api-key': 'hidden',
    api_key: 'hidden',
    password: 'hidden',
    secret: 'hidden',
    signing_secret: 'hidden',
    master_api_key: 'hidden',
    cookie: 'hidden',
    config: { password: 'hidden', host: 'hidden' },
  };
  const lines = linesOf((log) => {
    log.info({ ...secrets });
    log.info({ body: secrets });
    log.info({ req: { headers: secrets } });
  });
  expect(lines).toHaveLength(3);
  expect(JSON.stringify(lines)).not.toContain('hidden');
  expect(lines[0]!['x-api-key']).toBe('[redacted]');
});

it('shows nothing of the rows that an error of the database carries', () => {
  const driverError = Object.assign(new Error('violates'), { code: '23514', detail: 'Failing row contains (hidden).' });
  const wrapped = Object.assign(new Error('violates'), { query: 'insert', parameters: ['hidden'], driverError });
  const lines = linesOf((log) => {
    log.error({ err: driverError }, 'failed');
    log.error({ err: wrapped }, 'failed');
  });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ err: { code: '23514', message: 'violates' } });
  expect(JSON.stringify(lines)).not.toContain('hidden');
});

it('is quiet until it is configured, and then for everybody who imported it', () => {
  expect(logger.isLevelEnabled('fatal')).toBe(false);
  configureLogger({ logLevel: 'warn', logFormat: 'json' });
  expect([logger.isLevelEnabled('warn'), logger.isLevelEnabled('info')]).toEqual([true, false]);
});

it("keeps Nest's context, stack and objects apart", () => {
  const written: unknown[][] = [];
  const spy = (level: 'info' | 'error' | 'debug'): void =>
    void jest
      .spyOn(logger, level)
      .mockImplementation(((...line: unknown[]) => written.push([level, ...line])) as never);
  (['info', 'error', 'debug'] as const).forEach(spy);

  const nest = new NestLog();
  const failure = new Error('broken');
  nest.log('started', 'Rooms');
  nest.log('announced', 'RoutesResolver');
  nest.error('failed', 'at line 1', 'Rooms');
  nest.error(failure, 'Rooms');
  nest.error(failure, 'ExceptionHandler');
  nest.log({ room_id: 'r', msg: 'full' }, 'Rooms');
  expect(written).toEqual([
    ['info', { context: 'Rooms' }, 'started'],
    ['debug', { context: 'RoutesResolver' }, 'announced'],
    ['error', { context: 'Rooms', stack: 'at line 1' }, 'failed'],
    ['error', { context: 'Rooms', err: failure }, 'broken'],
    ['debug', { context: 'ExceptionHandler', err: failure }, 'broken'],
    ['info', { context: 'Rooms', room_id: 'r', msg: 'full' }],
  ]);
});

import { Problem } from '../../platform/common/problem.js';
import { refuseUnsendableTimes, utc } from './times.js';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const YEAR = 366 * 86_400_000;
const at = (ms: number): string => new Date(NOW + ms).toISOString();

describe('times at which something is to be sent', () => {
  beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(NOW));
  afterEach(() => jest.restoreAllMocks());

  const fieldOf = (times: Parameters<typeof refuseUnsendableTimes>[0]): string | undefined => {
    try {
      refuseUnsendableTimes(times);
      return undefined;
    } catch (error) {
      return (error as Problem).options.errors![0]!.field;
    }
  };

  it.each([
    [{}, undefined],
    [{ scheduled_for: null, expires_at: null }, undefined],
    [{ scheduled_for: at(0) }, 'scheduled_for'],
    [{ scheduled_for: at(1) }, undefined],
    [{ scheduled_for: at(YEAR) }, undefined],
    [{ scheduled_for: at(YEAR + 1) }, 'scheduled_for'],
    [{ expires_at: at(0) }, 'expires_at'],
    [{ expires_at: at(1) }, undefined],
    [{ scheduled_for: at(1_000), expires_at: at(1_000) }, 'expires_at'],
    [{ scheduled_for: at(1_000), expires_at: at(1_001) }, undefined],
    // It begins as was said before, which may be over: that is not said anew.
    [{ expires_at: at(1_000), begins: at(1_000) }, 'expires_at'],
    [{ expires_at: at(1_000), begins: at(-1_000) }, undefined],
    [{ scheduled_for: at(500), expires_at: at(1_000), begins: at(2_000) }, 'expires_at'],
  ])('%j: %s', (times, field) => expect(fieldOf(times)).toBe(field));

  it('are compared whatever zone they are said in, and stored in UTC', () => {
    expect(fieldOf({ scheduled_for: '2026-06-01T13:59:59.999+02:00' })).toBe('scheduled_for');
    expect(fieldOf({ scheduled_for: '2026-06-01T14:00:00.001+02:00' })).toBeUndefined();
    expect([utc('2026-06-01T14:00:00.5+02:00'), utc(null), utc(undefined)]).toEqual([
      '2026-06-01T12:00:00.500Z',
      null,
      null,
    ]);
  });
});

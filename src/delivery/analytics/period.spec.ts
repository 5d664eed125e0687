import { Problem } from '../../platform/common/problem.js';
import { periodOf } from './period.js';

const NOW = Date.parse('2026-03-29T12:07:00Z');

describe('the period of a query', () => {
  it('is the last 24 hours in whole quarters unless told', () => {
    expect(periodOf({}, '1h', NOW)).toEqual({
      from: new Date('2026-03-28T12:15:00Z'),
      to: new Date('2026-03-29T12:15:00Z'),
      interval: '1h',
      timezone: 'UTC',
    });
  });

  it('is widened to whole quarters', () => {
    expect(periodOf({ from: '2026-01-01T00:14:59.999Z', to: '2026-01-01T01:00:00.001Z' })).toMatchObject({
      from: new Date('2026-01-01T00:00:00Z'),
      to: new Date('2026-01-01T01:15:00Z'),
    });
    expect(periodOf({ from: '2026-03-29T10:00:00Z' }, '15m', NOW).to).toEqual(new Date('2026-03-29T12:15:00Z'));
  });

  it('begins before it ends, also within one quarter', () => {
    for (const to of ['2026-01-01T00:02:00Z', '2026-01-01T00:14:00Z']) {
      expect(() => periodOf({ from: '2026-01-01T00:14:00Z', to })).toThrow('from: must be before to');
    }
  });

  it('may be as long as it was asked for, however it is widened', () => {
    const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
    expect(periodOf({ days: 400 }, '1d', NOW).from).toEqual(new Date('2025-02-22T12:15:00Z'));
    expect(periodOf({ from: ago(400) }, '1d', NOW).from).toEqual(new Date('2025-02-22T12:00:00Z'));
    expect(periodOf({ to: ago(0), days: 30 }, '1d').from).toEqual(new Date('2026-02-27T12:15:00Z'));
    expect(() => periodOf({ from: ago(401) }, '1d', NOW)).toThrow('from: must be at most 400 days ago');
  });

  it.each([
    ['from', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['from', { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['to', { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:15:00Z', interval: '15m' as const }],
    ['to', { from: '2020-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z', interval: '1d' as const }],
    ['timezone', { timezone: 'Mars/Olympus' }],
    ['timezone', { timezone: '+02:00' }],
    ['timezone', { timezone: "UTC'; select 1" }],
  ])('is refused by its %s: %j', (field, query) => {
    expect(() => periodOf(query)).toThrow(
      expect.objectContaining<Partial<Problem>>({ code: 'validation_failed', message: expect.stringContaining(field) }),
    );
  });
});

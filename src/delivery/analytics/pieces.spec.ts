import { piecesOf, type Steps } from './pieces.js';

const piecesIn = (from: string, to: string, interval: Steps, timezone = 'UTC'): string[] =>
  piecesOf({ from: new Date(`2026-${from}Z`), to: new Date(`2026-${to}Z`), interval, timezone }).map(
    ({ minutes, since, until }) =>
      `${minutes}: ${since.toISOString().slice(5, 16)} ${until.toISOString().slice(5, 16)}`,
  );

describe('a period', () => {
  it('is read in the longest buckets that make it up', () => {
    const edges = ['15: 01-01T22:45 01-01T23:00', '60: 01-01T23:00 01-02T00:00'];
    expect(piecesIn('01-01T22:45', '01-31T02:15', 'whole')).toEqual([
      ...edges,
      '1440: 01-02T00:00 01-31T00:00',
      '60: 01-31T00:00 01-31T02:00',
      '15: 01-31T02:00 01-31T02:15',
    ]);
    expect(piecesIn('01-01T22:45', '01-31T02:15', '1d')).toEqual(piecesIn('01-01T22:45', '01-31T02:15', 'whole'));
    expect(piecesIn('01-01T22:45', '01-02T00:00', '1h')).toEqual(edges);
    expect(piecesIn('01-01T22:45', '01-02T00:00', '15m')).toEqual(['15: 01-01T22:45 01-02T00:00']);
    expect(piecesIn('01-01T22:15', '01-01T22:45', 'whole')).toEqual(['15: 01-01T22:15 01-01T22:45']);
  });

  it('is cut where days of its time zone begin, and in quarters where its hours are torn', () => {
    expect(piecesIn('03-28T22:00', '03-30T00:00', '1d', 'Europe/Berlin')).toEqual([
      '60: 03-28T22:00 03-28T23:00',
      '60: 03-28T23:00 03-29T22:00',
      '60: 03-29T22:00 03-30T00:00',
    ]);
    expect(piecesIn('01-01T18:00', '01-01T20:00', '1d', 'Asia/Kolkata')).toEqual([
      '15: 01-01T18:00 01-01T18:30',
      '15: 01-01T18:30 01-01T19:00',
      '60: 01-01T19:00 01-01T20:00',
    ]);
    expect(piecesIn('01-01T18:00', '01-01T20:00', '1h', 'Asia/Kolkata')).toEqual(['15: 01-01T18:00 01-01T20:00']);
    expect(piecesIn('01-01T18:00', '01-01T20:00', '1h', 'Europe/Berlin')).toEqual(['60: 01-01T18:00 01-01T20:00']);
    expect(piecesIn('01-01T00:00', '01-03T00:00', '1d', 'Europe/London')).toEqual([
      '1440: 01-01T00:00 01-02T00:00',
      '1440: 01-02T00:00 01-03T00:00',
    ]);
  });
});

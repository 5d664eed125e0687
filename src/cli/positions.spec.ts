import { Positions } from './positions.js';

describe('positions', () => {
  let positions: Positions;
  const take = (rev: number, epoch = '1.1') => positions.take('room:a', { epoch, rev });

  beforeEach(() => {
    positions = new Positions();
    positions.set('room:a', { epoch: '1.1', rev: 4 });
  });

  it('take what follows, pass over what was had, and notice what is missing', () => {
    expect([take(4), take(5), take(5), take(7), take(6), take(7)]).toEqual([
      'old',
      'next',
      'old',
      'gap',
      'next',
      'next',
    ]);
    expect(positions.get('room:a')).toEqual({ epoch: '1.1', rev: 7 });
  });

  it('notice a history that was rewound, whatever its numbers', () => {
    expect([take(5, '2.1'), take(3, '2.1')]).toEqual(['gap', 'gap']);
    expect(positions.get('room:a')).toEqual({ epoch: '1.1', rev: 4 });
  });

  it('begin a stream that nothing is known of where it is heard first', () => {
    expect(positions.take('room:b', { epoch: '1.1', rev: 17 })).toBe('next');
    expect(positions.take('room:b', { epoch: '1.1', rev: 17 })).toBe('old');
  });

  it('know whether another stands further', () => {
    const ahead = (epoch: string, rev: number) => positions.isBehind('room:a', { epoch, rev });
    expect([ahead('1.1', 4), ahead('1.1', 3), ahead('1.1', 5), ahead('2.1', 1)]).toEqual([false, false, true, true]);
    expect(positions.isBehind('room:c', { epoch: '1.1', rev: 1 })).toBe(false);
  });

  it('tell streams of a kind, and forget those that are gone', () => {
    positions.set('user:alice', { epoch: '1.1', rev: 1 });
    expect([...positions.of('room:')]).toEqual([['a', { epoch: '1.1', rev: 4 }]]);
    positions.drop('room:a');
    expect([...positions.of('room:')]).toEqual([]);
  });
});

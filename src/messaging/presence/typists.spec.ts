import type { UserId, UserPk } from '../../platform/common/ids.js';
import { nodeSource, typesHere, Typists, type Typist } from './typists.js';

const user = (id: string): Typist['user'] => ({ user_pk: id as UserPk, user_id: id as UserId });

describe('typists', () => {
  let typists: Typists;
  beforeEach(() => {
    typists = new Typists();
  });

  it('are there as long as one source says so, in the order in which they began', () => {
    typists.start('r', 'c', user('alice'), 'phone', 10);
    typists.start('r', 'c', user('bob'), 'laptop', 10);
    typists.start('r', 'c', user('alice'), 'tablet', 12);
    expect(typists.namesIn('r', 10)).toEqual(['alice', 'bob']);
    expect(typists.namesIn('r', 1)).toEqual(['alice']);
    expect(typists.stop('r', user('alice').user_pk, 'phone')!.typist.sources.size).toBe(1);
    expect(typists.namesIn('r', 10)).toEqual(['alice', 'bob']);
    expect(typists.expire(11).map(({ typist }) => typist.user.user_id)).toEqual(['bob']);
    expect(typists.expire(12)).toHaveLength(1);
    expect([typists.size, typists.namesIn('r', 10)]).toEqual([0, []]);
  });

  it('end with their source in every room, and nobody else does', () => {
    for (const room of ['a', 'b']) typists.start(room, 'c', user('alice'), 'phone', 10);
    typists.start('b', 'c', user('bob'), 'laptop', 10);
    expect(typists.stopAll('phone').map(({ roomId }) => roomId)).toEqual(['a', 'b']);
    expect(typists.stopAll('phone')).toEqual([]);
    expect(typists.namesIn('b', 10)).toEqual(['bob']);
  });

  it('are known to type here or elsewhere', () => {
    const elsewhere = typists.start('r', 'c', user('alice'), nodeSource('n'), 10);
    expect(typesHere(elsewhere)).toBe(false);
    expect(typesHere(typists.start('r', 'c', user('alice'), 'phone', 10))).toBe(true);
  });

  it('are no more when they stop twice, or never began', () => {
    typists.start('r', 'c', user('alice'), 'phone', 10);
    expect(typists.stop('r', user('alice').user_pk, 'phone')).not.toBeNull();
    expect(typists.stop('r', user('alice').user_pk, 'phone')).toBeNull();
    expect(typists.stop('x', user('alice').user_pk, 'phone')).toBeNull();
  });
});

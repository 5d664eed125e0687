import type { UserId, UserPk } from '../../platform/common/ids.js';
import type { UserRef } from '../access/user-ref.js';
import { UserRefs } from './user-refs.js';

const pk = (text: string): UserPk => text as UserPk;
const id = (text: string): UserId => text as UserId;
const user = (userPk: string, userId = userPk): UserRef => ({
  user_pk: pk(userPk),
  user_id: id(userId),
  display_name: null,
});

describe('remembered users', () => {
  afterEach(() => jest.restoreAllMocks());

  it('are found by both of their names, in their own client only', () => {
    const refs = new UserRefs(10);
    refs.remember('c', user('1', 'alice'));
    expect([refs.byRef('c', pk('1')), refs.byName('c', id('alice'))]).toEqual([user('1', 'alice'), user('1', 'alice')]);
    expect([refs.byRef('d', pk('1')), refs.byName('d', id('alice')), refs.byName('c', id('1'))]).toEqual(
      Array(3).fill(undefined),
    );
  });

  it('are forgotten after five seconds, however often they were asked for and however busy the process is', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const refs = new UserRefs(10);
    refs.remember('c', user('1'));
    for (const at of [1_001, 3_000, 5_999]) {
      now.mockReturnValue(at);
      expect(refs.byRef('c', pk('1'))).toEqual(user('1'));
    }
    // No timer has fired since.
    now.mockReturnValue(6_001);
    expect([refs.byRef('c', pk('1')), refs.byName('c', id('1'))]).toEqual([undefined, undefined]);
  });

  it('count anew when they are read anew', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const refs = new UserRefs(10);
    refs.remember('c', user('1', 'old'));
    now.mockReturnValue(5_000);
    refs.remember('c', user('1', 'new'));
    now.mockReturnValue(9_000);
    expect([refs.byRef('c', pk('1')), refs.byName('c', id('old'))]).toEqual([user('1', 'new'), undefined]);
  });

  it('stay below their bound, the least recently used going first', () => {
    const refs = new UserRefs(2);
    refs.remember('c', user('1'));
    refs.remember('c', user('2'));
    refs.byRef('c', pk('1'));
    refs.remember('c', user('3'));
    expect(['1', '2', '3'].map((each) => refs.byRef('c', pk(each))?.user_pk)).toEqual(['1', undefined, '3']);
  });
});

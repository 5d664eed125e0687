import type { UserId as FieldUserId } from './fields.js';
import { isUuid, newId, timeOfId, type UserId, type UserPk } from './ids.js';

describe('newId', () => {
  it('makes UUIDs of version 7 and the RFC variant', () => {
    const id = newId();
    expect(isUuid(id)).toBe(true);
    expect(id[14]).toBe('7');
    expect('89ab').toContain(id[19]);
  });

  it('never repeats and always ascends within a process', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it('tells the time it was made at', () => {
    const before = Date.now();
    const at = timeOfId(newId()).getTime();
    // Ids of one busy millisecond may run a little ahead of the clock.
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at - before).toBeLessThan(60_000);
  });
});

describe('isUuid', () => {
  it.each([[''], ['me'], [5], [null], ['0199c2d4-7e1a-7000-8000-00000000000'], ["' or 1=1"]])('refuses %p', (value) => {
    expect(isUuid(value)).toBe(false);
  });
});

describe('the two names of a user', () => {
  const accepts = <T>(value: T): T => value;
  const pk = newId() as UserPk;
  const id = 'alice' as UserId;

  it("don't pass for each other, nor a plain string for either: the type check sees to it", () => {
    // @ts-expect-error -- a key is no client's string
    accepts<UserId>(pk);
    // @ts-expect-error -- a client's string is no key
    accepts<UserPk>(id);
    // @ts-expect-error -- text becomes a user_id where it comes in, not on the way
    accepts<UserId>('alice');
    // @ts-expect-error -- an id of anything else is no user's
    accepts<UserPk>(newId());
    // @ts-expect-error -- the same in maps
    new Map<UserPk, string>().get(id);
    expect([accepts<UserId>(id), accepts<FieldUserId>(id), accepts<UserPk>(pk)]).toEqual([id, id, pk]);
  });
});

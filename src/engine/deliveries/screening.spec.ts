import { newId, timeOfId } from '../../platform/common/ids.js';
import { isLater } from './screening.js';

it('asks again about what does not go as soon as it is accepted', () => {
  const first = { id: newId(), attempt_count: 1, resend_of: null, holds: 0 };
  const accepted = timeOfId(first.id).getTime();
  expect(isLater(first, accepted + 1_000)).toBe(false);
  expect(isLater(first, accepted + 61_000)).toBe(true);
  expect(isLater({ ...first, attempt_count: 2 }, accepted)).toBe(true);
  expect(isLater({ ...first, holds: 1 }, accepted)).toBe(true);
  expect(isLater({ ...first, resend_of: newId() }, accepted)).toBe(true);
});

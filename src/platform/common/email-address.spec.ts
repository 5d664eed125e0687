import { isEmail } from 'class-validator';
import fc from 'fast-check';
import { isEmailAddress } from './email-address.js';

it.each([
  'a@example.com',
  "o'hara+x@mail.example.com",
  'bäb@exämple.com',
  'bob@xn--exmple-cua.com',
  '"a..b"@example.com',
  '"a."@example.com',
])('%s is an address', (text) => expect(isEmailAddress(text)).toBe(true));

it.each([
  '',
  'a',
  'a@localhost',
  'a@b..c',
  'a@-x.com',
  'a@b_c.com',
  'a b@example.com',
  'a@example.com ',
  // Each of these would go to another mailbox.
  '"a>b"@example.com',
  '"a b"@example.com',
  '"a\\"b"@example.com',
  '"a,b"@example.com',
  '"a@b"@example.com',
  '"ab"@example.com',
  // And nobody sees what this is.
  'a\u200bb@example.com',
  'a\u202eb@example.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b.'.repeat(200)}com`,
])('%j is none', (text) => expect(isEmailAddress(text)).toBe(false));

describe('an address without quotes', () => {
  const part = fc.stringMatching(/^[aZ9._-]{0,4}$/);
  const label = fc.oneof(fc.stringMatching(/^[aZ9-]{1,4}$/), fc.constantFrom('a'.repeat(63), 'a'.repeat(64), 'xn--a'));
  const address = fc
    .tuple(fc.oneof(part, fc.constantFrom('a'.repeat(64), 'a'.repeat(65))), fc.array(label, { maxLength: 3 }))
    .map(([local, domain]) => `${local}@${domain.join('.')}`);

  it('is what class-validator takes for one', () => {
    let taken = 0;
    fc.assert(
      fc.property(address, (text) => {
        if (isEmail(text)) taken++;
        expect([text, isEmailAddress(text)]).toEqual([text, isEmail(text)]);
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

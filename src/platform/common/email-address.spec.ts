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

import { parseMailbox } from './smtp.message.js';

describe('a mailbox', () => {
  it.each([
    ['a@b.example', { name: '', address: 'a@b.example' }],
    ['Ann <a@b.example>', { name: 'Ann', address: 'a@b.example' }],
    ['"Ann, Acme \\"Ltd\\"" <a@b.example>', { name: 'Ann, Acme "Ltd"', address: 'a@b.example' }],
    ['<a@b.example>', { name: '', address: 'a@b.example' }],
  ])('%j', (text, expected) => expect(parseMailbox(text)).toEqual(expected));

  it.each(['', 'Ann', 'a@', '@b', 'a@b, c@d', 'Ann <a@b> <c@d>', 'a@b\r\nBcc: c@d', 'Ann\nBcc: x <a@b>', 'a b@c'])(
    'is not %j',
    (text) => expect(parseMailbox(text)).toBeNull(),
  );
});

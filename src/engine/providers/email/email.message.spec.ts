import { parseMailbox } from './email.address.js';
import { toMail } from './email.message.js';

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

it('decodes an attachment once for all recipients', () => {
  const attachments = [{ filename: 'a.txt', content: Buffer.from('hello').toString('base64') }];
  const content = { subject: 's', text: 't', attachments };
  const [first, second] = ['a@b.example', 'c@d.example'].map((address) => {
    const delivery = { id: address, client_id: 'x', message_id: address, address, content };
    return toMail(delivery, { name: '', address: 'from@b.example' }).attachments![0]!.content as Buffer;
  });
  expect(first!.toString()).toBe('hello');
  expect(second).toBe(first);
});

import type { Problem } from '../../../platform/common/problem.js';
import { toEmailContent } from './email.content.js';

const MAIL = { subject: 's', text: 't' };

const fieldsAtFault = (reply_to: string): string[] => {
  try {
    toEmailContent({ ...MAIL, reply_to }, 'channels.email');
    return [];
  } catch (error) {
    return (error as Problem).options.errors!.map(({ field }) => field);
  }
};

describe('where answers go', () => {
  it.each(['jürgen@example.com', 'Jürgen <jürgen@example.com>', 'Help <助け@例え.jp>'])(
    'is refused beyond ASCII before the @, for which no server is asked: %s',
    (reply_to) => expect(fieldsAtFault(reply_to)).toEqual(['channels.email.reply_to']),
  );

  it.each(['juergen@bücher.example', 'Jürgen Größte <juergen@example.com>', '"a..b"@例え.jp'])(
    'may have a name and a domain that are encoded: %s',
    (reply_to) => {
      const { name, address } = toEmailContent({ ...MAIL, reply_to }, 'channels.email').reply_to!;
      expect(reply_to).toContain(address);
      expect(reply_to).toContain(name);
    },
  );

  it('may be beyond ASCII for those of the envelope, for whom the server is asked', () => {
    const from = { name: '', address: 'bäb@exämple.com' };
    const content = toEmailContent({ ...MAIL, from: from.address, cc: [from.address] }, 'channels.email');
    expect([content.from, content.cc]).toEqual([from, [from]]);
  });
});

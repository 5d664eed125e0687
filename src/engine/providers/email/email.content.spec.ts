import type { Problem } from '../../../platform/common/problem.js';
import { commandIn, toEmailContent } from './email.content.js';

const withHeaders = (headers: Record<string, string>) => ({ subject: 's', text: 't', headers });
const refusalOf = (name: string, value = 'x') => {
  try {
    toEmailContent(withHeaders({ [name]: value }), 'email');
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};
const inAnyCase = (names: string[]): string[] => names.flatMap((name) => [name, name.toLowerCase()]);

describe('the headers of a mail', () => {
  it.each(
    inAnyCase([
      'From',
      'To',
      'Cc',
      'Bcc',
      'Subject',
      'Sender',
      'Reply-To',
      'Date',
      'Message-ID',
      'MIME-Version',
      'DKIM-Signature',
      'DomainKey-Signature',
      'Content-Type',
      'Content-Transfer-Encoding',
      'Resent-To',
      'Resent-Bcc',
    ]),
  )('hold no %s of the caller’s, which is made of a field of its own', (name) => {
    expect(refusalOf(name)).toBe(`email.headers.${name}: is a header that ChatAPI writes itself`);
  });

  it.each(
    inAnyCase([
      'Received',
      'X-Received',
      'Received-SPF',
      'Return-Path',
      'Delivered-To',
      'X-Delivered-To',
      'X-Original-To',
      'Envelope-To',
      'X-Envelope-From',
      'Apparently-To',
      'Errors-To',
      'Authentication-Results',
      'X-Authentication-Results',
      'ARC-Seal',
      'ARC-Message-Signature',
      'X-Spam',
      'X-Spam-Status',
    ]),
  )('hold no %s, which servers on the way write', (name) => {
    expect(refusalOf(name)).toBe(`email.headers.${name}: is a header that mail servers write`);
  });

  it.each(
    inAnyCase([
      'X-SMTPAPI',
      'X-Mailgun-Variables',
      'X-SES-Configuration-Set',
      'X-MC-BccAddress',
      'X-PM-Message-Stream',
      'X-MT-Category',
      'X-MJ-CustomID',
      'X-Mailjet-Campaign',
      'X-Mailin-Custom',
      'X-SIB-Sandbox',
      'X-MSYS-API',
    ]),
  )('may command the service of a provider of one’s own, by %s', (name) => {
    expect(refusalOf(name)).toBeNull();
    expect(commandIn(withHeaders({ 'X-Plain': 'x', [name]: 'x' }))).toMatchObject({ field: `headers.${name}` });
  });

  it.each(['X-Campaign', 'List-Id', 'Precedence', 'In-Reply-To', 'Auto-Submitted', 'X-Mailer', 'X-Priority'])(
    'may hold %s',
    (name) => {
      expect(refusalOf(name)).toBeNull();
      expect(commandIn(withHeaders({ [name]: 'x' }))).toBeNull();
    },
  );

  it.each(['X A', 'X-Ä', '-X', 'X:', '', 'X'.repeat(77), 'X\r\nBcc'])('are not called %j', (name) => {
    expect(refusalOf(name)).toContain('must be a header name');
  });

  it.each(['a\nb', 'a\rBcc: c@example.com', 'a\u0000', 'x'.repeat(999)])('do not say %j', (value) => {
    expect(refusalOf('X-A', value)).toContain('must be one line of at most 998 characters');
  });
});

it.each([
  ['from', { from: 'a@b..c' }],
  ['reply_to', { reply_to: '"a b"@example.com' }],
  ['cc[1]', { cc: ['a@example.com', 'B <"a>b"@example.com>'] }],
  ['bcc[0]', { bcc: ['a@-x.com'] }],
])('an address that would be rewritten is refused as %s', (field, more) => {
  expect(() => toEmailContent({ subject: 's', text: 't', ...more }, 'email')).toThrow(
    `email.${field}: must be an address`,
  );
});

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

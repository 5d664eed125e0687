import { invalidField, Problem, type FieldError } from '../../../platform/common/problem.js';
import type { EmailInputDto } from './email.dto.js';
import { parseMailbox, type MailAddress } from './email.address.js';

export interface EmailContent {
  subject: string;
  html?: string;
  text?: string;
  /** The provider's own when left out. */
  from?: MailAddress;
  reply_to?: MailAddress;
  cc?: MailAddress[];
  bcc?: MailAddress[];
  /** `content` is base64. */
  attachments?: { filename: string; content: string; content_type?: string; content_id?: string }[];
  headers?: Record<string, string>;
  /** What the provider reports it under, where it has tags. */
  tags?: string[];
  /** What the provider watches, where it can; its own settings say where this doesn't. */
  tracking?: { opens?: boolean; clicks?: boolean };
  /** Recipients can unsubscribe by one click (RFC 8058). */
  list_unsubscribe?: boolean;
  /** Of its notification; not stored with the rest. */
  category?: string;
  /** Name of the provider that must send it. */
  provider?: string;
}

/**
 * What stands there goes into headers only. Addresses of the envelope may be beyond ASCII, where the server offers SMTPUTF8 for the whole
 * mail (RFC 6531); a mail is not to depend on that for the sake of answers to it.
 */
const BEYOND_ASCII = /[^\u0000-\u007f]/; // eslint-disable-line no-control-regex
const localOf = ({ address }: MailAddress): string => address.slice(0, address.lastIndexOf('@'));

/** Stands where an address is at fault, in content that is then refused. */
const NOBODY: MailAddress = { name: '', address: '' };

/** Headers that say what the mail is, who sent it, or how it is to be read: ChatAPI writes them from their own fields. */
const RESERVED =
  /^(from|to|cc|bcc|subject|sender|reply-to|date|message-id|mime-version|dkim-signature|domainkey-signature|content-.*|resent-.*)$/i;
/** What servers on the way write of a mail: whom it came from and went to, and what they found. */
const TRACE =
  /^((?:x-)?received|received-spf|return-path|(?:x-)?delivered-to|x-original-to|(?:x-)?envelope-.*|apparently-to|errors-to|(?:x-)?authentication-results|arc-.*|x-spam(?:-.*)?)$/i;
/**
 * Commands to the services that take mail by SMTP or by an API, of all that are widely used: to SendGrid, Mailgun, Amazon,
 * Mandrill, Postmark, Mailtrap, Mailjet, Brevo and SparkPost. Some name other recipients.
 */
const COMMAND = /^x-(smtpapi|(?:mailgun|ses|mc|pm|mt|mj|mailjet|mailin|sib|msys)-.*)$/i;
const UNSUBSCRIBE = /^list-unsubscribe(-post)?$/i;
const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,75}$/;
const VALUE = /^[^\u0000-\u001f\u007f]{0,998}$/u; // eslint-disable-line no-control-regex

/**
 * Reads the addresses once, here, for all recipients and every attempt.
 * @throws Problem `validation_failed` naming every field that can't go into a mail
 */
export function toEmailContent(email: EmailInputDto, at: string): EmailContent {
  if (email.html === undefined && email.text === undefined) {
    throw invalidField(at, 'must have html, text or both');
  }
  const errors: FieldError[] = [];
  const mailbox = (field: string, text: string): MailAddress => {
    const parsed = parseMailbox(text);
    if (parsed) return parsed;
    errors.push({ field: `${at}.${field}`, message: 'must be an address, or a name and an address in <>' });
    return NOBODY;
  };
  const { from, reply_to, cc, bcc, ...rest } = email;
  const answersTo = reply_to === undefined ? undefined : mailbox('reply_to', reply_to);
  if (answersTo && BEYOND_ASCII.test(localOf(answersTo)))
    errors.push({ field: `${at}.reply_to`, message: 'must have nothing but ASCII before the @' });
  const content: EmailContent = {
    ...rest,
    ...(from !== undefined && { from: mailbox('from', from) }),
    ...(answersTo && { reply_to: answersTo }),
    ...(cc && { cc: cc.map((text, index) => mailbox(`cc[${index}]`, text)) }),
    ...(bcc && { bcc: bcc.map((text, index) => mailbox(`bcc[${index}]`, text)) }),
  };
  if (email.list_unsubscribe && [...(cc ?? []), ...(bcc ?? [])].length > 0)
    errors.push({
      field: `${at}.list_unsubscribe`,
      message: "must not be with cc or bcc: copies carry the recipient's link",
    });
  for (const [name, value] of Object.entries(email.headers ?? {})) {
    const message =
      email.list_unsubscribe && UNSUBSCRIBE.test(name) ? 'is written by list_unsubscribe' : headerFault(name, value);
    if (message) errors.push({ field: `${at}.headers.${name}`, message });
  }
  if (errors.length > 0)
    throw new Problem('validation_failed', `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
  return content;
}

/** Whoever shares an account with others gives it no commands. */
export function commandIn({ headers = {} }: EmailContent): FieldError | null {
  const name = Object.keys(headers).find((one) => COMMAND.test(one));
  if (name === undefined) return null;
  return { field: `headers.${name}`, message: 'commands the mail service, which only a provider of your own takes' };
}

/** @param addresses as they stand in the content */
export function withoutCopies(content: EmailContent, addresses: ReadonlySet<string>): EmailContent {
  const kept = (list: MailAddress[] | undefined) => list?.filter(({ address }) => !addresses.has(address));
  const [cc, bcc] = [kept(content.cc), kept(content.bcc)];
  return { ...content, ...(cc && { cc }), ...(bcc && { bcc }) };
}

function headerFault(name: string, value: unknown): string | null {
  if (!NAME.test(name)) return 'must be a header name: letters, digits and hyphens';
  if (RESERVED.test(name)) return 'is a header that ChatAPI writes itself';
  if (TRACE.test(name)) return 'is a header that mail servers write';
  if (typeof value !== 'string' || !VALUE.test(value)) return 'must be one line of at most 998 characters';
  return null;
}

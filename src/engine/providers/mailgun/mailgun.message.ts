import type Mailgun from 'mailgun.js';
import type { MailAddress } from '../email/email.address.js';
import type { EmailContent } from '../email/email.content.js';
import { bytesOf, messageIdOf } from '../email/email.message.js';
import type { OutboundDelivery } from '../provider.js';

type Mail = OutboundDelivery<EmailContent>;
type Client = ReturnType<Mailgun['client']>;
/** What mailgun.js takes. */
type MailgunFields = Parameters<Client['messages']['create']>[1];

/** Recipients of one request, by Mailgun's manual. */
export const MAX_RECIPIENTS = 1_000;

/**
 * Which deliveries go in one request: those of one content. Copies go to each recipient's mail, so that mail with copies
 * goes alone; and recipient variables go by address, so that an address stands in a request once.
 */
export function requestsOf(batch: Mail[]): Mail[][] {
  const requests: Mail[][] = [];
  for (const group of byContent(batch)) {
    const { cc = [], bcc = [] } = group[0]!.content;
    const most = cc.length + bcc.length > 0 ? 1 : MAX_RECIPIENTS;
    const open: { mails: Mail[]; addresses: Set<string> }[] = [];
    for (const mail of group) {
      const address = keyOf(mail);
      let request = open.find(({ mails, addresses }) => mails.length < most && !addresses.has(address));
      if (!request) open.push((request = { mails: [], addresses: new Set() }));
      request.mails.push(mail);
      request.addresses.add(address);
    }
    requests.push(...open.map(({ mails }) => mails));
  }
  return requests;
}

function byContent(batch: Mail[]): Mail[][] {
  const groups = new Map<EmailContent, Mail[]>();
  for (const mail of batch) {
    const group = groups.get(mail.content);
    if (group) group.push(mail);
    else groups.set(mail.content, [mail]);
  }
  return [...groups.values()];
}

/** Mailgun's events carry it, so that each of them can be told to be of this very delivery. */
export const DELIVERY_VARIABLE = 'delivery_id';

/** By which Mailgun knows all mails of a request: the first one's. */
export const messageIdOfAll = ([first]: Mail[], from: MailAddress): string => messageIdOf(first!, from);

const keyOf = ({ address }: Mail): string => (address ?? '').toLowerCase();

/**
 * The fields of `POST /v3/{domain}/messages`. Recipient variables make it a mail of its own for each of many recipients, who
 * sees no other. Its Message-ID is made from the first delivery's id, so that a second try is known as the same mail.
 * @param mails of one content, as {@link requestsOf} puts them together
 */
export function mailgunFieldsOf(mails: Mail[], from: MailAddress, testMode: boolean): MailgunFields {
  const [first] = mails as [Mail];
  const { content } = first;
  const { cc = [], bcc = [], tags = [], tracking } = content;
  const files = content.attachments ?? [];
  const inline = files.filter(({ content_id }) => content_id !== undefined);
  const attached = files.filter(({ content_id }) => content_id === undefined);
  const fields: Record<string, unknown> = {
    from: written(from),
    to: mails.map(({ address }) => address ?? ''),
    subject: content.subject,
    text: content.text,
    html: content.html,
    // Where there are any, Mailgun writes them into the text, too: a mail to one that needs none says what it was to say.
    ...((mails.length > 1 || first.unsubscribe_url !== undefined) && {
      'recipient-variables': JSON.stringify(
        Object.fromEntries(mails.map((mail) => [mail.address ?? '', variablesOf(mail)])),
      ),
    }),
    // What is one recipient's alone goes for the copies, too, which have no variables of their own.
    [`v:${DELIVERY_VARIABLE}`]: mails.length === 1 ? first.id : '%recipient.id%',
    ...(cc.length > 0 && { cc: cc.map(written) }),
    ...(bcc.length > 0 && { bcc: bcc.map(written) }),
    ...(tags.length > 0 && { 'o:tag': tags }),
    ...(tracking?.opens !== undefined && { 'o:tracking-opens': yesNo(tracking.opens) }),
    ...(tracking?.clicks !== undefined && { 'o:tracking-clicks': yesNo(tracking.clicks) }),
    ...(testMode && { 'o:testmode': 'yes' }),
    ...(attached.length > 0 && { attachment: attached.map((file) => toFile(file, file.filename)) }),
    // What the HTML shows as cid:…, Mailgun finds by its file's name.
    ...(inline.length > 0 && { inline: inline.map((file) => toFile(file, file.content_id!)) }),
  };
  for (const [name, value] of Object.entries(headersOf(mails, from))) fields[`h:${name}`] = value;
  return fields as MailgunFields;
}

function headersOf(mails: Mail[], from: MailAddress): Record<string, string> {
  const [first] = mails as [Mail];
  const { headers = {}, reply_to } = first.content;
  return {
    ...headers,
    'Message-Id': messageIdOfAll(mails, from),
    ...(reply_to && { 'Reply-To': written(reply_to) }),
    ...(first.unsubscribe_url !== undefined && {
      'List-Unsubscribe': '<%recipient.unsubscribe_url%>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  };
}

const variablesOf = ({ id, unsubscribe_url }: Mail) => ({
  id,
  ...(unsubscribe_url !== undefined && { unsubscribe_url }),
});

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

type Attachment = NonNullable<EmailContent['attachments']>[number];

const toFile = (file: Attachment, filename: string) => ({
  data: new Blob([bytesOf(file)], { type: file.content_type ?? 'application/octet-stream' }),
  filename,
});

/** `a@b.c`, or a name before it, quoted where it holds more than words. */
function written({ name, address }: MailAddress): string {
  if (name === '') return address;
  const plain = /^[\p{L}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u.test(name);
  return `${plain ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`} <${address}>`;
}

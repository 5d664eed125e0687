import type { SendMailOptions } from 'nodemailer';
import type { OutboundDelivery, ProviderConfig } from '../provider.js';
import { domainOf, type MailAddress } from './email.address.js';
import type { EmailContent } from './email.content.js';

/** Who the mail is from: what the caller said, else the provider's own. */
export function senderOf(content: EmailContent, config: ProviderConfig): MailAddress | null {
  if (content.from !== undefined) return content.from;
  if (config.from_email === null) return null;
  return { name: config.from_name ?? '', address: config.from_email };
}

type Attachment = NonNullable<EmailContent['attachments']>[number];

/** Decoded once for all recipients: a hundred mails in hand with megabytes each would take gigabytes. */
const decoded = new WeakMap<Attachment, Buffer>();

export function bytesOf(attachment: Attachment): Buffer {
  let bytes = decoded.get(attachment);
  if (!bytes) decoded.set(attachment, (bytes = Buffer.from(attachment.content, 'base64')));
  return bytes;
}

/** RFC 2369 and RFC 8058. The link is one word: nobody may fold it. */
const unsubscribeHeaders = ({ unsubscribe_url: url }: OutboundDelivery) =>
  url === undefined
    ? {}
    : {
        'List-Unsubscribe': { prepared: true, value: `<${url}>` },
        'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
      };

/** As it stands in a line of at most 998 characters (RFC 5322), or as nodemailer writes it, who would encode plain JSON, too. */
const asWritten = ([name, value]: [string, string]) =>
  /^x-/i.test(name) && /^[!-~](?:[ -~]*[!-~])?$/.test(value) && name.length + value.length < 990
    ? [name, { prepared: true, value }]
    : [name, value];

const furtherHeaders = ({ headers = {} }: EmailContent) =>
  Object.fromEntries(Object.entries(headers).map(asWritten)) as NonNullable<SendMailOptions['headers']>;

/** The Message-ID, made from the delivery's id, so that a second try is known as the same mail. In ASCII, as RFC 5322 has it. */
export const messageIdOf = ({ message_id }: Pick<OutboundDelivery, 'message_id'>, from: MailAddress): string =>
  `<${message_id}@${domainOf(from.address)}>`;

/** The whole mail. */
export function toMail(delivery: OutboundDelivery<EmailContent>, from: MailAddress): SendMailOptions {
  const { content } = delivery;
  const to = delivery.address ?? '';
  const { cc = [], bcc = [] } = content;
  return {
    messageId: messageIdOf(delivery, from),
    from,
    to: { name: '', address: to },
    cc,
    subject: content.subject,
    text: content.text,
    html: content.html,
    replyTo: content.reply_to,
    headers: { ...furtherHeaders(content), ...unsubscribeHeaders(delivery) },
    attachments: content.attachments?.map((attachment) => ({
      filename: attachment.filename,
      content: bytesOf(attachment),
      contentType: attachment.content_type,
      cid: attachment.content_id,
    })),
    envelope: { from: from.address, to: [to, ...[...cc, ...bcc].map(({ address }) => address)] },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

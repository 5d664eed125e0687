import { Bool, Json, Nested, NestedList, Text, TextList } from '../../../platform/common/fields.js';

const ONE_LINE = {
  pattern: /^[^\u0000-\u001f\u007f]*$/u, // eslint-disable-line no-control-regex
  patternMessage: 'must be one line without control characters',
};
const MAILBOX = { max: 320, ...ONE_LINE, example: 'Acme <hello@example.com>' };

export class EmailAttachmentInputDto {
  @Text({ max: 255, ...ONE_LINE, example: 'invoice.pdf' })
  filename: string;

  @Text({
    max: 'notification_body_bytes',
    min: 0,
    pattern: /^[A-Za-z0-9+/]*={0,2}$/,
    patternMessage: 'must be base64',
    description: 'Base64.',
  })
  content: string;

  @Text({
    optional: true,
    max: 255,
    pattern: /^[\w.+-]+\/[\w.+-]+$/,
    patternMessage: 'must be a media type',
    example: 'application/pdf',
  })
  content_type?: string;

  @Text({ optional: true, max: 255, pattern: /^[\w.@+-]+$/, description: 'For images that the HTML shows as cid:…' })
  content_id?: string;
}

export class EmailTrackingInputDto {
  @Bool({ optional: true, description: 'Is it told when the mail is opened?' })
  opens?: boolean;

  @Bool({ optional: true, description: 'Are links rewritten, so that clicks are told?' })
  clicks?: boolean;
}

/** One mail to each recipient; who is in cc or bcc gets a copy of each. */
export class EmailInputDto {
  @Text({ max: 998, ...ONE_LINE, example: 'Your order has shipped' })
  subject: string;

  @Text({ optional: true, max: 'notification_body_bytes', description: 'html, text or both.' })
  html?: string;

  @Text({ optional: true, max: 'notification_body_bytes' })
  text?: string;

  @Text({ ...MAILBOX, optional: true, description: "Left out, the provider's from_email and from_name." })
  from?: string;

  @Text({ ...MAILBOX, optional: true })
  reply_to?: string;

  @TextList({ optional: true, max: 50, maxChars: 320 })
  cc?: string[];

  @TextList({ optional: true, max: 50, maxChars: 320 })
  bcc?: string[];

  @NestedList(() => EmailAttachmentInputDto, { optional: true, max: 'attachments' })
  attachments?: EmailAttachmentInputDto[];

  @Json({
    optional: true,
    maxBytes: 'metadata_bytes',
    description: 'Further headers; not those that ChatAPI writes itself.',
  })
  headers?: Record<string, string>;

  @TextList({
    optional: true,
    max: 10,
    maxChars: 128,
    description: 'What the provider reports it under, where it has tags (Mailgun).',
  })
  tags?: string[];

  @Nested(() => EmailTrackingInputDto, {
    optional: true,
    description: "What the provider watches, where it can (Mailgun). Left out, the provider's own settings hold.",
  })
  tracking?: EmailTrackingInputDto;

  @Bool({
    optional: true,
    default: false,
    description: 'Each mail has a link of its own by which its recipient unsubscribes with one click (RFC 8058).',
  })
  list_unsubscribe?: boolean;

  @Text({ optional: true, max: 'name_chars', description: 'Name of the provider that must send it.' })
  provider?: string;
}

import type { Class } from '../../platform/common/field-registry.js';
import { AnyText, OneOf, Text } from '../../platform/common/fields.js';

export const SECRET_TEMPLATES = ['standard', 'github', 'stripe', 'shopify', 'slack'] as const;
export const TEMPLATES = [...SECRET_TEMPLATES, 'mailgun', 'hmac', 'basic', 'none'] as const;
export type TemplateName = (typeof TEMPLATES)[number];

export const ENCODINGS = ['hex', 'base64', 'base64url'] as const;
export const ALGORITHMS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;

const SECRET = { max: 500, writeOnly: true, example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } as const;

/** What HTTP, proxies and ChatAPI put their own things into, and what is no header of anybody's. */
const TAKEN = [
  'accept(?:-.*)?|authorization|cache-control|connection|content-(?:disposition|encoding|language|length|location|range|type)|cookie2?|date|expect|forwarded|from|host|http2-settings|if-.*|keep-alive',
  'max-forwards|origin|pragma|proxy-.*|range|referer|sec-.*|te|trailer|transfer-encoding|upgrade|user-agent|via|x-forwarded-.*|x-real-ip',
  'chatapi-.*|__.*__|constructor|prototype',
].join('|');

const HEADER = {
  max: 100,
  pattern: new RegExp(`^(?!(?:${TAKEN})$)[\\w!#$%&'*+.^\`|~-]+$`, 'i'),
  patternMessage: 'must be the name of a header, and of none that HTTP itself uses',
} as const;

const ID_HEADER = {
  ...HEADER,
  optional: true,
  nullable: true,
  description:
    'The header that holds the id of an event. Without one, equal bodies within `tolerance_s` are one event.',
  example: 'x-event-id',
} as const;

/** Standard Webhooks, GitHub, Stripe, Shopify and Slack: each signs in its own manner, with one secret. */
export class SecretVerificationDto {
  @OneOf(SECRET_TEMPLATES, { example: 'github' })
  template: (typeof SECRET_TEMPLATES)[number];

  @Text(SECRET)
  secret: string;
}

/** Also what feeds the states of the client's deliveries over Mailgun. */
export class MailgunVerificationDto {
  @OneOf(['mailgun'])
  template: 'mailgun';

  @Text({
    ...SECRET,
    description: "Mailgun's HTTP webhook signing key.",
    example: 'key-3ax6xnjp29jd6fds4gc373sgvjxteol0',
  })
  signing_key: string;
}

/** An HMAC of the body in a header. */
export class HmacVerificationDto {
  @OneOf(['hmac'])
  template: 'hmac';

  @Text({ ...SECRET, example: 'a shared secret' })
  secret: string;

  @Text({
    ...HEADER,
    description: 'Where the signature is; `sha256=` and the like before it is taken off.',
    example: 'x-signature',
  })
  header: string;

  @OneOf(ENCODINGS, { optional: true, default: 'hex' })
  encoding?: (typeof ENCODINGS)[number];

  @OneOf(ALGORITHMS, { optional: true, default: 'sha256' })
  algorithm?: (typeof ALGORITHMS)[number];

  @Text(ID_HEADER)
  id_header?: string | null;
}

/** HTTP Basic (RFC 7617). */
export class BasicVerificationDto {
  @OneOf(['basic'])
  template: 'basic';

  @Text({ max: 255, pattern: /^[^:]+$/, patternMessage: 'must not hold a colon', example: 'sender' })
  username: string;

  @Text({ ...SECRET, example: 'a password' })
  password: string;

  @Text(ID_HEADER)
  id_header?: string | null;
}

/** Nothing is verified: whoever knows the address may send. */
export class NoVerificationDto {
  @OneOf(['none'])
  template: 'none';

  @Text(ID_HEADER)
  id_header?: string | null;
}

/** Of a template that there is not: so that it alone is what is wrong. */
class UnknownVerificationDto {
  @OneOf(TEMPLATES)
  template: never;

  @AnyText({ optional: true })
  secret?: string;

  @AnyText({ optional: true })
  signing_key?: string;

  @AnyText({ optional: true })
  header?: string;

  @AnyText({ optional: true })
  encoding?: string;

  @AnyText({ optional: true })
  algorithm?: string;

  @AnyText({ optional: true })
  username?: string;

  @AnyText({ optional: true })
  password?: string;

  @AnyText({ optional: true, nullable: true })
  id_header?: string | null;
}

export type VerificationInputDto =
  SecretVerificationDto | MailgunVerificationDto | HmacVerificationDto | BasicVerificationDto | NoVerificationDto;

export const VERIFICATIONS: (new () => VerificationInputDto)[] = [
  SecretVerificationDto,
  MailgunVerificationDto,
  HmacVerificationDto,
  BasicVerificationDto,
  NoVerificationDto,
];

/** The fields of a template. */
export function verificationOf(template: unknown): new () => VerificationInputDto {
  if (SECRET_TEMPLATES.some((name) => name === template)) return SecretVerificationDto;
  switch (template) {
    case 'mailgun':
      return MailgunVerificationDto;
    case 'hmac':
      return HmacVerificationDto;
    case 'basic':
      return BasicVerificationDto;
    case 'none':
      return NoVerificationDto;
    default:
      return UnknownVerificationDto;
  }
}

export const verificationIn = ({ verification }: Record<string, unknown>): Class =>
  verificationOf((verification as { template?: unknown } | null | undefined)?.template);

/** The fields that never come back. */
export const SECRET_FIELDS: readonly string[] = ['secret', 'signing_key', 'password'];

/** As it is shown: without what is secret. */
export class VerificationDto {
  @OneOf(TEMPLATES)
  template: TemplateName;

  @AnyText({ optional: true, description: 'With hmac.' })
  header?: string;

  @OneOf(ENCODINGS, { optional: true, description: 'With hmac.' })
  encoding?: string;

  @OneOf(ALGORITHMS, { optional: true, description: 'With hmac.' })
  algorithm?: string;

  @AnyText({ optional: true, description: 'With basic.' })
  username?: string;

  @AnyText({ optional: true, nullable: true, description: 'With hmac, basic and none.' })
  id_header?: string | null;
}

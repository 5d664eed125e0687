import { createPrivateKey } from 'node:crypto';
import { Rule } from '../../../platform/common/field-rules.js';
import { isLoopbackHost } from '../../../platform/config/ip-address.js';
import { Bool, Int, Nested, Text } from '../../../platform/common/fields.js';

const NO_CONTROLS = /^[^\u0000-\u001f\u007f]*$/u; // eslint-disable-line no-control-regex
const noControls = { pattern: NO_CONTROLS, patternMessage: 'must not hold control characters' };
/** Names of DNS, which stand between the semicolons of a signature's header. */
const dnsName = {
  pattern: /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/,
  patternMessage: 'must be a name of DNS: letters, digits, hyphens, underscores and dots',
};

const PRIVATE_KEY = { max: 8_192, optional: true, writeOnly: true } as const;
const MIN_RSA_BITS = 1_024;

/** A key that can't sign would only be noticed by who gets mail without a signature. */
export function canSign(pem: unknown): boolean {
  if (typeof pem !== 'string' || pem.length > PRIVATE_KEY.max) return false;
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(pem);
    return type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS;
  } catch {
    return false;
  }
}

export const CANNOT_SIGN = `must be an RSA key of at least ${MIN_RSA_BITS} bits in PEM, not encrypted`;

/** Signs outgoing mail (RFC 6376). */
export class DkimConfigDto {
  @Text({ max: 253, ...dnsName, example: 'example.com' })
  domain: string;

  @Text({ max: 63, ...dnsName, example: 'mail' })
  selector: string;

  @Text({ ...PRIVATE_KEY, description: 'RSA, in PEM. Left out, the stored one is kept.' })
  @Rule('canSign', canSign, () => CANNOT_SIGN)
  private_key?: string;
}

export class SmtpConfigDto {
  @Text({
    max: 253,
    pattern: /^[A-Za-z0-9._:[\]-]+$/,
    patternMessage: 'must be a host name or an address',
    example: 'smtp.example.com',
  })
  host: string;

  @Int({ min: 1, max: 65_535, example: 587 })
  port: number;

  @Bool({ description: 'TLS from the first byte (usually port 465); otherwise STARTTLS where the server offers it.' })
  secure: boolean;

  @Text({ max: 512, optional: true, ...noControls })
  username?: string;

  @Text({
    max: 1024,
    optional: true,
    writeOnly: true,
    description: 'Never returned. Left out, the stored one of this name is kept.',
  })
  password?: string;

  @Bool({
    optional: true,
    description:
      'Refuse to send without TLS. Left out, true with a username and a host that is not this machine: a password never goes out in the clear unless that is said.',
  })
  require_tls?: boolean;

  @Nested(() => DkimConfigDto, { optional: true })
  dkim?: DkimConfigDto;
}

/** May nothing be sent without TLS? Where it was not said, that follows from what would go out in the clear. */
export const requiresTls = ({ require_tls, username, host }: SmtpConfigDto): boolean =>
  require_tls ?? (username !== undefined && !isLoopbackHost(host));

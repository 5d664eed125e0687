import { Bool, Int, Nested, Text } from '../../../platform/common/fields.js';

const NO_CONTROLS = /^[^\u0000-\u001f\u007f]*$/u; // eslint-disable-line no-control-regex
const noControls = { pattern: NO_CONTROLS, patternMessage: 'must not hold control characters' };

/** Signs outgoing mail (RFC 6376). */
export class DkimConfigDto {
  @Text({ max: 253, ...noControls, example: 'example.com' })
  domain: string;

  @Text({ max: 63, ...noControls, example: 'mail' })
  selector: string;

  @Text({ max: 8192, optional: true, writeOnly: true, description: 'PEM. Left out, the stored one is kept.' })
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

  @Bool({ optional: true, default: false, description: 'Refuse to send without TLS.' })
  require_tls?: boolean = false;

  @Nested(() => DkimConfigDto, { optional: true })
  dkim?: DkimConfigDto;
}

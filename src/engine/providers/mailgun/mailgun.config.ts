import { withoutEnd } from '../../../platform/common/without-end.js';
import { Bool, OneOf, Text } from '../../../platform/common/fields.js';

const VISIBLE = { pattern: /^[\u0021-\u007e]+$/, patternMessage: 'must be visible ASCII characters without spaces' };
const KEPT = 'Never returned. Left out, the stored one of this name is kept.';

const HOSTS = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' } as const;

export class MailgunConfigDto {
  @Text({ max: 255, optional: true, writeOnly: true, ...VISIBLE, description: `A sending key will do. ${KEPT}` })
  api_key?: string;

  @Text({
    max: 253,
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    patternMessage: 'must be a domain name',
    example: 'mg.example.com',
  })
  domain: string;

  @OneOf(['us', 'eu'], { optional: true, default: 'us', description: 'Where the domain was set up at Mailgun.' })
  region?: 'us' | 'eu' = 'us';

  @Text({
    max: 2_048,
    optional: true,
    pattern: /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/i,
    patternMessage: 'must be an http or https URL without a login, a query or a fragment',
    description: "Instead of the region's host, such as a proxy; without `/v3`, a trailing one is dropped.",
    example: 'https://api.eu.mailgun.net',
  })
  base_url?: string;

  @Text({
    max: 255,
    optional: true,
    writeOnly: true,
    ...VISIBLE,
    description: `Mailgun signs its webhooks with it. ${KEPT}`,
  })
  webhook_signing_key?: string;

  @Bool({ optional: true, default: false, description: 'Mailgun takes the mail and delivers it to nobody.' })
  test_mode?: boolean = false;
}

/** What paths are put behind: without a slash, and without `/v3`. */
export function baseUrlOf({ base_url, region = 'us' }: MailgunConfigDto): string {
  return withoutEnd(withoutEnd(base_url ?? HOSTS[region], '/').replace(/\/v3$/i, ''), '/');
}

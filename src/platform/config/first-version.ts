import type { ValuesOf } from './config.key.js';
import type { firstVersionKeys } from './first-version.keys.js';
import type { DefaultProvider } from './config.parsers.js';
import { StartFailure } from './failure.js';

type Given = ValuesOf<typeof firstVersionKeys>;

/** Port on which mail servers speak TLS from the first byte. */
const SMTPS_PORT = 465;

/**
 * The mail settings of ChatAPI's first version as default providers. Who sends most is primary; who sends to many is bulk, and
 * the others then take fewer than BULK_SEND_THRESHOLD recipients.
 * @throws StartFailure for a provider that is named and not set up
 */
export function providersOfFirstVersion(given: Given): readonly DefaultProvider[] {
  const found = [smtpOf(given), mailgunOf(given)].flatMap((provider) => provider ?? []);
  const { emailProvider, bulkEmailProvider: bulk, bulkSendThreshold: threshold } = given;
  refuseMissing('EMAIL_PROVIDER', emailProvider, found);
  refuseMissing('BULK_EMAIL_PROVIDER', bulk, found);
  const primary = emailProvider ?? found[0]?.name;
  return found.map((provider) => {
    const isBulk = provider.name === bulk;
    const fewer = bulk !== undefined && !isBulk && threshold !== undefined;
    return {
      ...provider,
      is_primary: provider.name === primary,
      ...(isBulk && { is_bulk: true }),
      ...(fewer && { max_recipients: Math.max(1, threshold - 1) }),
    };
  });
}

function smtpOf(given: Given): DefaultProvider | null {
  const { smtpHost: host, smtpPort: port, smtpUsername, smtpUser, smtpPassword: password, smtpTls } = given;
  if (host === undefined) return null;
  const username = smtpUsername ?? smtpUser;
  const user = smtpUsername === undefined && smtpUser !== undefined ? 'SMTP_USER' : 'SMTP_USERNAME';
  if (username === undefined && password !== undefined) throw lacking('SMTP_PASSWORD', user);
  if (username !== undefined && password === undefined) throw lacking(user, 'SMTP_PASSWORD');
  return {
    name: 'smtp',
    channel: 'email',
    provider_type: 'smtp',
    ...senderOf(given.smtpFromEmail, given.smtpFromName),
    config: {
      host,
      port,
      secure: port === SMTPS_PORT,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(smtpTls !== undefined && { require_tls: smtpTls && port !== SMTPS_PORT }),
    },
  };
}

function mailgunOf(given: Given): DefaultProvider | null {
  const { mailgunApiKey: api_key, mailgunDomain: domain, mailgunRegion: region, mailgunBaseUrl: base_url } = given;
  if (api_key === undefined && domain === undefined) return null;
  if (api_key === undefined) throw lacking('MAILGUN_DOMAIN', 'MAILGUN_API_KEY');
  if (domain === undefined) throw lacking('MAILGUN_API_KEY', 'MAILGUN_DOMAIN');
  return {
    name: 'mailgun',
    channel: 'email',
    provider_type: 'mailgun',
    ...senderOf(given.mailgunFromEmail, given.mailgunFromName),
    config: { api_key, domain, region, ...(base_url !== undefined && { base_url }) },
  };
}

/** Of the fields of its providers, where they were set. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  smtp: {
    from_email: 'SMTP_FROM_EMAIL',
    from_name: 'SMTP_FROM_NAME',
    'config.host': 'SMTP_HOST',
    'config.username': 'SMTP_USERNAME',
    'config.password': 'SMTP_PASSWORD',
  },
  mailgun: {
    from_email: 'MAILGUN_FROM_EMAIL',
    from_name: 'MAILGUN_FROM_NAME',
    'config.api_key': 'MAILGUN_API_KEY',
    'config.domain': 'MAILGUN_DOMAIN',
    'config.base_url': 'MAILGUN_BASE_URL',
  },
};

/** Which of the first version's settings says this field of the provider; undefined where it has no other name. */
export const settingOfFirstVersion = (provider: string, field: string): string | undefined =>
  SETTINGS[provider]?.[field];

const senderOf = (from_email: string | undefined, from_name: string | undefined): object => ({
  ...(from_email !== undefined && { from_email }),
  ...(from_name !== undefined && { from_name }),
});

function refuseMissing(key: string, name: string | undefined, found: DefaultProvider[]): void {
  if (name === undefined || found.some((provider) => provider.name === name)) return;
  throw lacking(`${key}=${name}`, name === 'smtp' ? 'SMTP_HOST' : 'MAILGUN_API_KEY and MAILGUN_DOMAIN');
}

const lacking = (given: string, missing: string): StartFailure =>
  new StartFailure(`${given} needs ${missing}: set it, remove ${given}, or say everything in DEFAULT_PROVIDERS.`);

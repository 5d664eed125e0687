import { count, key, secretKey, word } from './config.key.js';
import { flag, integer, oneOf, text, url } from './config.parsers.js';

const mailer = oneOf('smtp', 'mailgun');
const host = text('a host name or an address', /^[A-Za-z0-9._:[\]-]{1,253}$/);
const address = text('an email address', /^[^\s@]+@[^\s@]+$/);

/** Mail settings of ChatAPI's first version: together they are DEFAULT_PROVIDERS, where that is not set. */
export const firstVersionKeys = {
  emailProvider: key('EMAIL_PROVIDER', '', 'Who sends mail; by default who is set up, SMTP first.', mailer),
  bulkEmailProvider: key('BULK_EMAIL_PROVIDER', '', 'Who sends it to many at once.', mailer),
  bulkSendThreshold: key(
    'BULK_SEND_THRESHOLD',
    '',
    'From how many recipients on BULK_EMAIL_PROVIDER sends; a client whose bulk_threshold is lower goes by that.',
    count,
  ),
  smtpHost: key('SMTP_HOST', '', 'The mail server; nothing of SMTP holds without it.', host),
  smtpPort: key('SMTP_PORT', '587', 'Its port; on 465 TLS begins with the first byte.', integer(1, 65_535)),
  smtpUsername: key('SMTP_USERNAME', '', 'Who logs in there.', word),
  smtpUser: key('SMTP_USER', '', 'The same, where SMTP_USERNAME is not set.', word),
  smtpPassword: secretKey('SMTP_PASSWORD', '', 'And with what.', word),
  smtpTls: key(
    'SMTP_USE_TLS',
    '',
    'true refuses to send without TLS, false sends without where the server has none; by default it is refused where SMTP_USERNAME is set and SMTP_HOST is not this machine.',
    flag,
  ),
  smtpFromEmail: key('SMTP_FROM_EMAIL', '', 'Who mail over SMTP is from.', address),
  smtpFromName: key('SMTP_FROM_NAME', '', 'And the name beside it.', word),
  mailgunApiKey: secretKey('MAILGUN_API_KEY', '', 'Key of Mailgun.', word),
  mailgunDomain: key('MAILGUN_DOMAIN', '', 'The domain that sends there.', host),
  mailgunRegion: key('MAILGUN_REGION', 'us', 'Where that domain was set up.', oneOf('us', 'eu')),
  mailgunBaseUrl: key('MAILGUN_BASE_URL', '', "Instead of the region's own host.", url('https', 'http')),
  mailgunFromEmail: key('MAILGUN_FROM_EMAIL', '', 'Who mail over Mailgun is from.', address),
  mailgunFromName: key('MAILGUN_FROM_NAME', '', 'And the name beside it.', word),
};

import type { Config } from '../../platform/config/config.js';
import { completeFields } from '../../platform/common/field-registry.js';
import { StartFailure } from '../../platform/config/failure.js';
import { DefaultProviders } from './default-providers.js';
import { OPERATOR, ProviderRegistry } from './provider.registry.js';
import { MAILGUN } from './mailgun/mailgun.provider.js';
import { SMTP } from './smtp/smtp.provider.js';

const entry = (name: string, more: object = {}) => ({
  name,
  channel: 'email',
  provider_type: 'smtp',
  config: { host: 'mail.example.com', port: 25, secure: false, password: 'hidden' },
  ...more,
});

const SERVER = { host: 'mail.example.com', port: 25, secure: false };

const registries: ProviderRegistry[] = [];

const defaultsOf = (...defaultProviders: object[]): DefaultProviders => configured({ defaultProviders });

function configured(settings: object): DefaultProviders {
  const config = { egressAllowPrivate: 'false', dataDir: undefined, ...settings } as unknown as Config;
  const registry = new ProviderRegistry(config);
  registry.register(SMTP);
  registry.register(MAILGUN);
  registries.push(registry);
  completeFields();
  const made = new DefaultProviders(config, registry);
  made.check();
  return made;
}

describe('DEFAULT_PROVIDERS', () => {
  afterEach(() => registries.splice(0).forEach((registry) => registry.onApplicationShutdown()));

  it('are tried in their order, the primary one first', () => {
    const made = defaultsOf(entry('one'), entry('two', { is_primary: true, from_email: 'a@example.com' }));
    expect(made.of('email').map(({ name, config }) => [name, config.from_email])).toEqual([
      ['two', 'a@example.com'],
      ['one', null],
    ]);
  });

  it('have caps of their own, for all clients together', () => {
    const [made] = defaultsOf(entry('one', { is_bulk: true, hourly_cap: 5 })).of('email');
    expect(made).toMatchObject({
      caps: { is_bulk: true, hourly_cap: 5, daily_cap: null },
      identity: { client_id: OPERATOR, key: 'default:email:one' },
    });
  });

  it.each([
    ['an unknown field', { from_emial: 'a@example.com' }, 'from_emial'],
    ['an address that is none', { from_email: 'nonsense' }, 'from_email'],
    ['an unknown channel', { channel: 'pigeon' }, 'channel'],
    ['an unknown type', { provider_type: 'pigeon' }, 'provider_type'],
    ['a config that is not valid', { config: { host: 'h', port: 0, password: 'hidden' } }, 'config.port'],
  ])('with %s stop the start, named but for secrets', (_, more, field) => {
    let refusal: unknown;
    try {
      defaultsOf(entry('house', more));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(StartFailure);
    const { message } = refusal as Error;
    expect(message).toMatch(/^DEFAULT_PROVIDERS: the provider "house" .*Correct it or remove it\.$/);
    expect(message).toContain(field);
    expect(message).not.toContain('hidden');
  });

  it.each([
    ['a login without its password', [{ config: { ...SERVER, username: 'me' } }], 'config.password'],
    [
      'a signature without its key',
      [{ config: { ...SERVER, dkim: { domain: 'example.com', selector: 's' } } }],
      'config.dkim.private_key',
    ],
    [
      'a key of Mailgun that nobody gave',
      [{ provider_type: 'mailgun', config: { domain: 'mg.example.com' } }],
      'config.api_key',
    ],
    ['two that are primary', [{ name: 'first', is_primary: true }, { is_primary: true }], '"first" is primary already'],
  ])('with %s stop the start', (_, entries: object[], why) => {
    const given = entries.map((more) => entry('house', more));
    expect(() => defaultsOf(...given)).toThrow(new RegExp(`^DEFAULT_PROVIDERS: the provider "house" .*${why}`));
  });

  it('of the first version are refused under the names that they were set by', () => {
    const given = {
      name: 'mailgun',
      provider_type: 'mailgun',
      config: { api_key: 'hid den', domain: 'mg.example.com' },
    };
    const refused = (): unknown =>
      configured({ mailOfFirstVersion: true, defaultProviders: [entry('mailgun', given)] });
    expect(refused).toThrow(
      'MAILGUN_API_KEY is not valid: it must be visible ASCII characters without spaces. Correct it or remove it.',
    );
  });
});

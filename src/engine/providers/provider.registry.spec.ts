import type { Config } from '../../platform/config/config.js';
import { completeFields } from '../../platform/common/field-registry.js';
import { Text } from '../../platform/common/fields.js';
import { jsonSchemaOf } from '../../platform/common/json-schema.js';
import { reachByAddress } from './channel.js';
import { declareChannel, declareProvider } from './declared.js';
import type { ProviderDescriptor } from './provider.js';
import { readProvider } from './provider-input.js';
import { ProviderRegistry } from './provider.registry.js';
import { keepSecrets, withoutSecrets } from './provider-secrets.js';
import { SMTP } from './smtp/smtp.provider.js';

class SmsInputDto {
  @Text({ max: 1600 })
  text: string;
}

class TwilioConfigDto {
  @Text({ max: 34 })
  account_sid: string;

  @Text({ max: 64, optional: true, writeOnly: true })
  auth_token?: string;
}

/** What a folder of its own would hold: nothing else knows that there is such a channel. */
const SMS = declareChannel<SmsInputDto, SmsInputDto>({
  name: 'sms',
  inputSchema: SmsInputDto,
  success: 'sent',
  retryPolicy: { attempts: 3, waits: [1_000], unknownWait: 60_000 },
  scopedKeys: false,
  address: {
    field: 'phone',
    declare: Text({ max: 16, optional: true }),
    fault: (address) => (/^\+[1-9]\d{6,14}$/.test(address) ? null : 'must be a phone number as E.164 writes it'),
    ofProfile: ({ phone }) => phone,
  },
  toContent: (input) => input,
  reach: reachByAddress('sms'),
});

const TWILIO = declareProvider<SmsInputDto, TwilioConfigDto>({
  channel: SMS,
  type: 'twilio',
  configSchema: TwilioConfigDto,
  secretFields: ['auth_token'],
  maxBatch: 1,
  inFlight: 20,
  retryPolicy: SMS.retryPolicy,
  create: () => ({ send: async (batch) => batch.map(() => ({ kind: 'accepted' }) as const) }),
});

const made: ProviderRegistry[] = [];
function registryOf(...descriptors: ProviderDescriptor[]): ProviderRegistry {
  const registry = new ProviderRegistry({ egressAllowPrivate: 'false' } as Config);
  made.push(registry);
  for (const descriptor of descriptors) registry.register(descriptor);
  return registry;
}
afterEach(() => made.splice(0).forEach((registry) => registry.onApplicationShutdown()));

describe('a channel that nobody knew', () => {
  const registry = registryOf(SMTP, TWILIO);
  completeFields();
  const twilio = { name: 't', channel: 'sms', provider_type: 'twilio', config: { account_sid: 'AC1' } };
  const faultOf = (value: object): string => {
    try {
      readProvider(registry, value);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('has its settings checked by its own schema', () => {
    expect(readProvider(registry, twilio).known.descriptor).toBe(TWILIO);
    expect(faultOf({ ...twilio, config: { host: 'h' } })).toContain('config.host: is not a known field');
    expect(faultOf({ ...twilio, config: {} })).toContain('config.account_sid');
  });

  it('does not take the providers of another, and says which it takes', () => {
    expect(faultOf({ ...twilio, provider_type: 'smtp' })).toBe(
      'provider_type: must be one of twilio for the channel sms',
    );
    expect(faultOf({ ...twilio, provider_type: 'pigeon' })).toContain('provider_type: must be one of smtp, twilio');
    expect(faultOf({ ...twilio, channel: 'pigeon' })).toContain('channel: must be one of email, sms');
  });

  it('has its rules, its room in the lanes, and a schema for forms', () => {
    expect(registry.rulesOf('sms').retryPolicy.attempts).toBe(3);
    expect(registry.inFlight('sms')).toBe(20);
    expect(jsonSchemaOf(TwilioConfigDto)).toEqual({
      type: 'object',
      properties: {
        account_sid: { type: 'string', minLength: 1, maxLength: 34 },
        auth_token: { type: 'string', minLength: 1, maxLength: 64, writeOnly: true },
      },
      required: ['account_sid'],
      additionalProperties: false,
    });
  });
});

describe('the registry', () => {
  it('refuses a second of one name, one that nobody declared, and one that is neither set up nor built in', () => {
    const registry = registryOf(TWILIO);
    expect(() => registry.register(TWILIO)).toThrow('two providers sms twilio');
    expect(() => declareChannel({ ...SMS })).toThrow('two channels named sms');
    for (const more of [{ channel: { ...SMS } }, {}])
      expect(() => registry.register({ ...TWILIO, type: 'other', ...more })).toThrow('not declared');
    expect(() => registry.register({ ...TWILIO, type: 'other', configSchema: null })).toThrow('built in');
  });

  it('goes by the provider that takes the fewest at once', () => {
    const small = { ...TWILIO, type: 'small', configSchema: null, builtIn: { reason: 'only' }, inFlight: 3 } as const;
    expect(registryOf(TWILIO, small).inFlight('sms')).toBe(3);
  });
});

describe('secrets', () => {
  const secrets = { secretFields: ['password', 'dkim.private_key'] };
  const stored = { host: 'h', password: 'p', dkim: { domain: 'd', private_key: 'k' } };

  it('are kept where they are left out, replaced where they are given, and gone with what held them', () => {
    expect(keepSecrets(secrets, { host: 'i', dkim: { domain: 'e' } }, stored)).toEqual({
      host: 'i',
      password: 'p',
      dkim: { domain: 'e', private_key: 'k' },
    });
    expect(keepSecrets(secrets, { host: 'i', password: 'q' }, stored)).toEqual({ host: 'i', password: 'q' });
    expect(keepSecrets(secrets, { host: 'i' }, null)).toEqual({ host: 'i' });
  });

  it('are never shown', () => {
    expect(withoutSecrets(secrets, stored)).toEqual({ host: 'h', dkim: { domain: 'd' } });
    expect(stored.password).toBe('p');
  });
});

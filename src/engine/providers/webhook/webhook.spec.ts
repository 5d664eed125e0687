import { Webhook } from 'standardwebhooks';
import { signatures } from './signature.js';
import { parseRetryAfter } from './webhook.provider.js';

describe('the signature of a webhook', () => {
  const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'];

  it('is what Standard Webhooks verifies, for each secret of a rotation', () => {
    const timestamp = Math.floor(Date.now() / 1000);
    const body = '{"text":"ü"}';
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures(secrets, 'msg_1', timestamp, body),
    };
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual({ text: 'ü' });
    expect(() => new Webhook('whsec_AAAA').verify(body, headers)).toThrow('No matching signature');
  });

  it('is the one that the standard gives as an example', () => {
    expect(signatures([secrets[0]!], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['999999999', 86_400_000],
    ['0', undefined],
    ['-5', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s', (text, expected) => expect(parseRetryAfter(text, 0)).toBe(expected));
});

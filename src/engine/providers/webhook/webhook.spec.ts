import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { hopsIn, MAX_HOPS } from './hops.js';
import { publicKeyOf, signatures } from './signature.js';
import { parseRetryAfter } from './webhook.provider.js';

it.each([
  ['3', 3],
  ['00000000008', 8],
  ['9999999999', MAX_HOPS + 1],
  ['2, 5,1', 5],
  ['', 0],
  ['-1', 0],
  ['1e3', 0],
  [['7'], 0],
])('%j is how far away a request is: %i', (given, hops) => expect(hopsIn({ 'chatapi-hops': given })).toBe(hops));

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

  it('is ed25519 where the secret is one of that, verified by the public key, beside an HMAC', () => {
    // RFC 8032, section 7.1, test 1: the seed, and its public key.
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const secret = `whsk_${seed.toString('base64')}`;
    const raw = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    expect(publicKeyOf(secret)).toBe(`whpk_${raw.toString('base64')}`);
    const [v1a, v1] = signatures([secret, secrets[0]!], 'msg_1', 7, '{}').split(' ');
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(v1a).toMatch(/^v1a,/);
    expect(verify(null, Buffer.from('msg_1.7.{}'), key, Buffer.from(v1a!.slice(4), 'base64'))).toBe(true);
    expect(v1).toMatch(/^v1,/);
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

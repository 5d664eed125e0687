import { randomBytes } from 'node:crypto';
import { publicKeyOf, signatures } from '../../src/engine/providers/webhook/signature.js';
import { verifyWebhook } from './webhook.js';

// The vectors are made by the service's own signer, which its spec holds to the standard's library.
const hmac = () => `whsec_${randomBytes(32).toString('base64')}`;
const ed25519 = () => `whsk_${randomBytes(32).toString('base64')}`;
const shown = (secret: string) => (secret.startsWith('whsk_') ? publicKeyOf(secret) : secret);

const BODY = JSON.stringify({ type: 'message.created', data: { content: 'Grüße 👋' } });
const now = () => Math.floor(Date.now() / 1000);

function signedBy(secrets: string[], { body = BODY, at = now(), id = 'e1' } = {}) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': signatures(secrets, id, at, body),
  };
}

const refusal = { code: 'bad_signature', status: 401 };

describe.each([
  ['v1', hmac],
  ['v1a', ed25519],
])('a webhook signed by %s', (_, make) => {
  const secret = make();

  it('gives its event, from text, bytes and each kind of headers', async () => {
    const headers = signedBy([secret]);
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    const bytes = Buffer.from(BODY);
    for (const [body, given] of [
      [BODY, headers],
      [bytes, new Headers(headers)],
      [new Uint8Array(bytes), shouted],
      [new Uint8Array(bytes).buffer, headers],
    ] as const) {
      expect(await verifyWebhook(body, given, shown(secret))).toEqual(JSON.parse(BODY));
    }
  });

  it('is refused when anything of it was changed', async () => {
    const headers = signedBy([secret]);
    const attempts: [string, object, string][] = [
      [`${BODY} `, headers, shown(secret)],
      [BODY, { ...headers, 'webhook-id': 'e2' }, shown(secret)],
      [BODY, { ...headers, 'webhook-timestamp': String(now() + 1) }, shown(secret)],
      [BODY, headers, shown(make())],
      [BODY, { ...headers, 'webhook-signature': 'v1, v1a, v2,x v1,AAAA' }, shown(secret)],
      [BODY, { ...headers, 'webhook-signature': undefined }, shown(secret)],
    ];
    for (const [body, given, key] of attempts) {
      await expect(verifyWebhook(body, given as Record<string, string>, key)).rejects.toMatchObject(refusal);
    }
  });

  it('is refused when it is old or from the future, but for the tolerance', async () => {
    for (const apart of [-400, 400]) {
      const headers = signedBy([secret], { at: now() + apart });
      await expect(verifyWebhook(BODY, headers, shown(secret))).rejects.toMatchObject(refusal);
      await verifyWebhook(BODY, headers, shown(secret), { toleranceS: 500 });
    }
    const broken = { ...signedBy([secret]), 'webhook-timestamp': 'soon' };
    await expect(verifyWebhook(BODY, broken, shown(secret))).rejects.toMatchObject(refusal);
  });

  it('is taken while either side changes its secret', async () => {
    const next = make();
    await verifyWebhook(BODY, signedBy([next, secret]), shown(secret));
    await verifyWebhook(BODY, signedBy([next, secret]), shown(next));
    await verifyWebhook(BODY, signedBy([secret]), [shown(next), shown(secret)]);
  });
});

it('one kind of key does not verify the other kind of signature', async () => {
  const secret = ed25519();
  const asHmac = shown(secret).replace('whpk_', 'whsec_');
  await expect(verifyWebhook(BODY, signedBy([asHmac]), shown(secret))).rejects.toMatchObject(refusal);
});

it('a secret that is none is the caller’s mistake', async () => {
  await expect(verifyWebhook(BODY, signedBy([hmac()]), 'geheim!')).rejects.toThrow(/whsec_… or whpk_…/);
});

it('a signed body that is not JSON is refused', async () => {
  const secret = hmac();
  const headers = signedBy([secret], { body: 'hello' });
  await expect(verifyWebhook('hello', headers, secret)).rejects.toMatchObject(refusal);
});

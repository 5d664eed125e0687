import { createHash, createHmac, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A request as the sender's manual describes it. */
export interface Signed {
  headers: Record<string, string>;
  body: string;
}

export interface SignOptions {
  /** Seconds; now unless said otherwise. */
  at?: number;
  id?: string;
}

type Verification = Record<string, string>;

const hmac = (algorithm: string, key: string, text: string, encoding: 'hex' | 'base64') =>
  createHmac(algorithm, key).update(text).digest(encoding);
const seconds = () => Math.floor(Date.now() / 1_000);

/** Those who sign, each with how a source of theirs is verified, what is secret in it, and a request of theirs. */
export const SENDERS: Record<
  string,
  {
    verification: Verification;
    secret: string;
    /** Whether what is signed holds a time. */
    timed: boolean;
    sign(payload: object, options?: SignOptions): Signed;
  }
> = {
  standard: {
    verification: {
      template: 'standard',
      secret: `whsec_${Buffer.from('a secret of the standard').toString('base64')}`,
    },
    secret: 'secret',
    timed: true,
    sign(payload, { at = seconds(), id = randomUUID() } = {}) {
      const body = JSON.stringify(payload);
      const signature = new Webhook(this.verification.secret!).sign(id, new Date(at * 1_000), body);
      return {
        body,
        headers: { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,AAAA ${signature}` },
      };
    },
  },
  github: {
    verification: { template: 'github', secret: "It's a Secret to Everybody" },
    secret: 'secret',
    timed: false,
    sign(payload, { id = randomUUID() } = {}) {
      const body = JSON.stringify(payload);
      const signature = `sha256=${hmac('sha256', this.verification.secret!, body, 'hex')}`;
      return {
        body,
        headers: { 'x-hub-signature-256': signature, 'x-github-delivery': id, 'x-github-event': 'issues' },
      };
    },
  },
  stripe: {
    verification: { template: 'stripe', secret: 'whsec_of_stripe' },
    secret: 'secret',
    timed: true,
    sign(payload, { at = seconds(), id = `evt_${randomUUID()}` } = {}) {
      const body = JSON.stringify({ id, ...payload });
      const signature = hmac('sha256', this.verification.secret!, `${at}.${body}`, 'hex');
      return { body, headers: { 'stripe-signature': `t=${at},v1=${'0'.repeat(64)},v1=${signature},v0=1` } };
    },
  },
  shopify: {
    verification: { template: 'shopify', secret: 'of shopify' },
    secret: 'secret',
    timed: false,
    sign(payload, { id = randomUUID() } = {}) {
      const body = JSON.stringify(payload);
      const signature = hmac('sha256', this.verification.secret!, body, 'base64');
      return {
        body,
        headers: { 'x-shopify-hmac-sha256': signature, 'x-shopify-webhook-id': id, 'x-shopify-topic': 'orders/create' },
      };
    },
  },
  slack: {
    verification: { template: 'slack', secret: '8f742231b10e8888abcd99yyyzzz85a5' },
    secret: 'secret',
    timed: true,
    sign(payload, { at = seconds(), id = `Ev${randomUUID()}` } = {}) {
      const body = JSON.stringify({ event_id: id, ...payload });
      const signature = `v0=${hmac('sha256', this.verification.secret!, `v0:${at}:${body}`, 'hex')}`;
      return { body, headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': String(at) } };
    },
  },
  mailgun: {
    verification: { template: 'mailgun', signing_key: 'key-of-mailgun' },
    secret: 'signing_key',
    timed: true,
    sign(payload, { at = seconds(), id = randomUUID() } = {}) {
      const token = createHash('sha256').update(id).digest('hex').slice(0, 50);
      const signature = hmac('sha256', this.verification.signing_key!, `${at}${token}`, 'hex');
      const body = JSON.stringify({
        signature: { timestamp: String(at), token, signature },
        'event-data': { id, event: 'delivered', ...payload },
      });
      return { body, headers: {} };
    },
  },
  hmac: {
    verification: {
      template: 'hmac',
      secret: 'plain',
      header: 'X-Signature',
      encoding: 'base64',
      algorithm: 'sha512',
      id_header: 'X-Id',
    },
    secret: 'secret',
    timed: false,
    sign(payload, { id = randomUUID() } = {}) {
      const body = JSON.stringify(payload);
      return {
        body,
        headers: { 'x-signature': `sha512=${hmac('sha512', this.verification.secret!, body, 'base64')}`, 'x-id': id },
      };
    },
  },
  basic: {
    verification: { template: 'basic', username: 'sender', password: 'a pass:word', id_header: 'x-id' },
    secret: 'password',
    timed: false,
    sign(payload, { id = randomUUID() } = {}) {
      const credentials = Buffer.from(`sender:${this.verification.password}`).toString('base64');
      return { body: JSON.stringify(payload), headers: { authorization: `Basic ${credentials}`, 'x-id': id } };
    },
  },
};

import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressGuard } from '../../../platform/common/address-guard.js';
import type { Outcome, OutboundDelivery, Provider, ProviderConfig, ProviderDescriptor } from '../provider.js';
import { HttpClient, HttpFailure, type HttpAnswer } from './http-client.js';
import { hopsHeader } from './hops.js';
import { signedHeaders } from './signature.js';
import { WEBHOOK, type WebhookContent } from './webhook.channel.js';
import { DISABLED, WebhookEndpoints } from './webhook-endpoints.js';

interface WebhookConfig {
  /** `whsec_…`: the current one, and during a rotation's overlap the one before. */
  secrets: string[];
}

const TIMEOUT_MS = 15_000;
/** To one address at once. */
const IN_FLIGHT = 128;
/** Of an answer, kept with the attempt. */
const MAX_BODY_BYTES = 65_536;
/** Longer waits than this are ours to decide. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/** POSTs signed as Standard Webhooks 1.0 (standardwebhooks.com) says. */
export class WebhookProvider implements Provider<WebhookContent, WebhookConfig> {
  private readonly client: HttpClient;

  constructor(
    guard: AddressGuard,
    timeoutMs = TIMEOUT_MS,
    private readonly endpoints = new WebhookEndpoints(),
  ) {
    this.client = new HttpClient(guard, { timeoutMs, maxBodyBytes: MAX_BODY_BYTES });
  }

  async send(
    batch: OutboundDelivery<WebhookContent>[],
    config: ProviderConfig<WebhookConfig>,
    signal: AbortSignal,
  ): Promise<Outcome[]> {
    return Promise.all(batch.map((delivery) => this.sendOne(delivery, config.values.secrets, signal)));
  }

  close(): void {
    this.client.close();
  }

  private async sendOne(
    delivery: OutboundDelivery<WebhookContent>,
    secrets: string[],
    signal: AbortSignal,
  ): Promise<Outcome> {
    const aim = await this.endpoints.aim(delivery.client_id, delivery.content);
    if ('outcome' in aim) return aim.outcome;
    if (aim.inMs > 0) await sleep(aim.inMs, undefined, { signal }).catch(() => undefined);
    return this.post({ ...delivery, content: aim.content }, secrets, signal);
  }

  private async post(
    { client_id, message_id, content }: OutboundDelivery<WebhookContent>,
    secrets: string[],
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { url, body, hops, withheld, timeout_ms } = content;
    if (withheld) return DISABLED;
    const id = content.message_id ?? message_id;
    const signed = signedHeaders(content.secrets ?? secrets, id, body);
    const headers = { ...content.headers, ...hopsHeader(hops), ...signed };
    try {
      return outcomeOf(await this.client.post(client_id, url, headers, body, signal, timeout_ms), id);
    } catch (error) {
      const { code, message, sent } = error as HttpFailure;
      const kind = code === 'address_blocked' ? 'permanent' : sent ? 'unknown' : 'retryable';
      return { kind, fault: 'recipient', code, message };
    }
  }
}

/** @param secretsOf what a client's webhooks are signed with, the current secret first */
export const webhookBuiltIn = (
  secretsOf: (clientId: string) => Promise<string[]>,
  endpoints = new WebhookEndpoints(),
): ProviderDescriptor<WebhookContent, WebhookConfig> => ({
  channel: WEBHOOK,
  type: 'webhook',
  configSchema: null,
  secretFields: [],
  builtIn: { reason: 'only', settingsOf: async (clientId) => ({ secrets: await secretsOf(clientId) }) },
  maxBatch: 1,
  inFlight: IN_FLIGHT,
  retryPolicy: WEBHOOK.retryPolicy,
  complete: (clientId, content, at) => endpoints.complete(clientId, content, at),
  create: (guard) => new WebhookProvider(guard, TIMEOUT_MS, endpoints),
});

function outcomeOf({ status, retryAfter, body }: HttpAnswer, messageId: string): Outcome {
  const response = { status, body };
  if (status >= 200 && status < 300) return { kind: 'accepted', provider_message_id: messageId, response };
  const fault = 'recipient';
  if (status === 410) {
    return {
      kind: 'permanent',
      fault,
      code: 'gone',
      message: 'The receiver answered 410: it wants no more.',
      response,
    };
  }
  const code = status >= 300 && status < 400 ? 'redirected' : `http_${status}`;
  const retryAfterMs = parseRetryAfter(retryAfter);
  return {
    kind: 'retryable',
    fault,
    code,
    message: `The receiver answered ${status}.`,
    response,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Seconds or an HTTP date (RFC 9110). */
export function parseRetryAfter(text: string | undefined, now = Date.now()): number | undefined {
  if (text === undefined) return undefined;
  // Date.parse reads much that is no HTTP date.
  const date = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : date - now;
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}

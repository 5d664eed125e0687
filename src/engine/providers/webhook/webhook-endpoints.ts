import { Injectable } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import { invalidField, Problem } from '../../../platform/common/problem.js';
import type { Outcome } from '../provider.js';
import type { WebhookContent } from './webhook.channel.js';

/** An endpoint of a client, as it is now. */
export interface WebhookEndpoint {
  url: string;
  enabled: boolean;
  /** Those to sign with, the current one first. */
  secrets: string[];
  headers: Record<string, string>;
  timeout_ms: number;
  /** null: as fast as they come. */
  rate_limit_per_second: number | null;
}

/** Knows the endpoints of clients; registered by the room that owns them. */
export interface EndpointPort {
  /** @returns null where the client has none of this id */
  find(clientId: string, id: string): Promise<WebhookEndpoint | null>;
  /**
   * Takes the next turn of an endpoint that takes so many requests a second, unless that comes so late that nobody should wait for it
   * with a delivery in hand.
   * @returns milliseconds until that turn, or, where it was not taken, until it is worth asking again
   */
  turn(clientId: string, id: string, rate: number): Promise<{ taken: boolean; inMs: number }>;
}

/** Endpoints that are enabled again let go at once what was held; this is for what is found in between. */
const DISABLED_MS = 15 * 60_000;
const UNREADABLE_MS = 1_000;

/** Where something goes now, and in how many milliseconds; or why it does not. */
export type Aim = { content: WebhookContent; inMs: number } | { outcome: Outcome };

/** What goes to an endpoint of the client in place of a URL: looked up at each attempt, so that changes hold for retries too. */
@Injectable()
export class WebhookEndpoints {
  private port: EndpointPort | undefined;

  register(port: EndpointPort): void {
    this.port = port;
  }

  /**
   * Content as it is accepted, with the URL that the endpoint has now.
   * @throws Problem `validation_failed` for an endpoint that the client does not have, `endpoint_disabled`
   */
  async complete(clientId: string, content: WebhookContent, at: string): Promise<WebhookContent> {
    if (content.endpoint_id === undefined) return content;
    const field = `${at}.endpoint_id`;
    const endpoint = await this.port?.find(clientId, content.endpoint_id);
    if (!endpoint) throw invalidField(field, 'is not the id of an endpoint of this client');
    if (!endpoint.enabled) {
      const message = 'is the id of an endpoint that is disabled: enable it first';
      throw new Problem('endpoint_disabled', `${field}: ${message}`, { errors: [{ field, message }] });
    }
    return { ...content, url: endpoint.url };
  }

  /** Where it goes now. Takes the endpoint's turn. Never throws. */
  async aim(clientId: string, content: WebhookContent): Promise<Aim> {
    const { endpoint_id: id } = content;
    if (id === undefined) return { content, inMs: 0 };
    try {
      const endpoint = await this.port?.find(clientId, id);
      if (!endpoint) return { outcome: REMOVED };
      if (!endpoint.enabled) return { outcome: DISABLED };
      const { url, secrets, headers, timeout_ms, rate_limit_per_second: rate } = endpoint;
      const { taken, inMs } = rate === null ? { taken: true, inMs: 0 } : await this.port!.turn(clientId, id, rate);
      if (!taken) return { outcome: untried('rate_limited', 'The endpoint has its rate_limit_per_second.', inMs) };
      return { content: { ...content, url, secrets, headers, timeout_ms }, inMs };
    } catch (error) {
      logger.warn({ client_id: clientId, reason: (error as Error).message }, 'An endpoint could not be read yet.');
      return { outcome: untried('endpoint_unreadable', 'The endpoint could not be read.', UNREADABLE_MS) };
    }
  }
}

const REMOVED: Outcome = {
  kind: 'permanent',
  fault: 'recipient',
  code: 'endpoint_removed',
  message: 'The endpoint was removed.',
};

function untried(code: string, message: string, retryAfterMs: number): Outcome {
  return { kind: 'retryable', fault: 'recipient', code, message, retryAfterMs, untried: true };
}

/** It waits until the endpoint is enabled. */
export const DISABLED = untried('endpoint_disabled', 'The endpoint is disabled.', DISABLED_MS);

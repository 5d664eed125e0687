import { Injectable } from '@nestjs/common';
import type { InboundEffect, InboundEvent, InboundProgress } from './inbound-effects.js';

/** Takes in what a provider tells of the client's deliveries: in any order, and however often. */
export interface ReportTaker {
  /** @param payload as it came, from a sender who has shown who it is */
  applyPayload(clientId: string, providerType: string, payload: unknown): Promise<{ matched: number }>;
}

/** Sources whose senders are providers, by the type of the provider. */
const PROVIDERS: Record<string, string> = { mailgun: 'mailgun' };

/** Hands what comes to the sources of providers to who keeps the deliveries. */
@Injectable()
export class ProviderReports implements InboundEffect {
  private taker: ReportTaker | undefined;

  register(taker: ReportTaker): void {
    this.taker = taker;
  }

  /** Before the rules. What is about no delivery leaves nothing on record. */
  async run({ client_id, template, payload }: InboundEvent, progress: InboundProgress): Promise<void> {
    const provider = PROVIDERS[template];
    if (provider === undefined || this.taker === undefined) return;
    const { matched } = await this.taker.applyPayload(client_id, provider, payload);
    if (matched > 0) progress.record({ rule_id: null, action: 'provider_event' });
  }
}

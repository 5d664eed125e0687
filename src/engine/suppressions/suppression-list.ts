import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/common/coalescer.js';
import { newId } from '../../platform/common/ids.js';
import type { Tx } from '../../platform/database/database.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import type { SuppressionReason } from './suppression.entity.js';
import { SuppressionsRepository, type AddressRef } from './suppressions.repository.js';

const PRUNED_AT_ONCE = 1_000;

/** Somebody, and where that is, by channel. */
export interface Reached {
  client_id: string;
  addresses: Partial<Record<string, string>>;
}

/** Why nothing of a category must go to one of those who were asked about, over a channel; null where it may. */
export type RefusalOf = (person: Reached, channel: string, category: string | null) => SuppressionReason | null;

/** Why nothing must go to an address, by category; of all of them, by the empty one. */
type Reasons = Map<string, SuppressionReason>;

/** An address of which a provider, or its owner, said that nothing must go there. */
export interface Learnt {
  client_id: string;
  channel: string;
  address: string;
  /** Of notifications of this one alone; left out: of all. */
  category?: string | null;
  reason: Exclude<SuppressionReason, 'manual'>;
}

interface Asked {
  clientId: string;
  addresses: AddressRef[];
}

/** The list as the rest of the engine asks it. What is asked at one time is one statement, however many ask. */
@Injectable()
export class SuppressionList {
  private readonly questions = new Coalescer<Asked, Map<string, Reasons>>({
    maxBatch: 200,
    maxWaiting: 20_000,
    maxWaitingPerTenant: 20_000,
    run: (asked) => this.find(asked),
  });

  constructor(
    private readonly repository: SuppressionsRepository,
    private readonly registry: ProviderRegistry,
  ) {}

  /** Why people of any clients must not be written to, by where they are reached. */
  async refusals(people: readonly Reached[]): Promise<RefusalOf> {
    const ofClients = new Map<string, { channel: string; address: string }[]>();
    for (const { client_id, addresses } of people) {
      const asked = ofClients.get(client_id) ?? [];
      ofClients.set(client_id, asked);
      for (const [channel, address] of Object.entries(addresses))
        if (address !== undefined && this.isKept(channel)) asked.push({ channel, address });
    }
    const found = new Map<string, Reasons>();
    await Promise.all(
      [...ofClients].map(async ([clientId, asked]) => {
        const reasons = asked.length === 0 ? [] : await this.reasonsOf(clientId, asked);
        asked.forEach(({ channel, address }, index) => {
          if (reasons[index]) found.set(`${clientId} ${channel} ${address}`, reasons[index]);
        });
      }),
    );
    return ({ client_id, addresses }, channel, category) =>
      reasonIn(found.get(`${client_id} ${channel} ${addresses[channel]}`), category);
  }

  /**
   * Why each of these addresses must not be written to, in their order; null where it may.
   * @param category of what would be sent
   */
  async reasons(
    clientId: string,
    addresses: { channel: string; address: string }[],
    category: string | null,
  ): Promise<(SuppressionReason | null)[]> {
    const found = await this.reasonsOf(clientId, addresses);
    return found.map((reasons) => reasonIn(reasons, category));
  }

  private async reasonsOf(
    clientId: string,
    addresses: { channel: string; address: string }[],
  ): Promise<(Reasons | undefined)[]> {
    const asked = addresses.map(({ channel, address }) => ({
      client_id: clientId,
      channel,
      address_key: this.keyOf(channel, address),
    }));
    const found = await this.questions.add(clientId, { clientId, addresses: asked });
    return asked.map((one) => found.get(nameOf(one)));
  }

  /** Puts addresses on the lists of their clients, in the transaction in which it was heard. */
  async learn(tx: Tx, learnt: Learnt[]): Promise<void> {
    const rows = new Map(
      learnt
        .filter(({ channel }) => this.isKept(channel))
        .map((one) => {
          const address_key = this.keyOf(one.channel, one.address);
          const row = { ...one, id: newId(), address_key, category: one.category ?? '', expires_at: null };
          return [`${one.client_id} ${nameOf(row)} ${row.category}`, row] as const;
        }),
    );
    if (rows.size > 0) await this.repository.learn(tx, [...rows.values()]);
  }

  /** Drops what has held no more for a while; a bounded number at a time. */
  async prune(): Promise<void> {
    await this.repository.prune(PRUNED_AT_ONCE);
  }

  keyOf(channel: string, address: string): string {
    const { address: kind } = this.registry.findChannel(channel) ?? {};
    return kind?.key?.(address) ?? address;
  }

  /** Are there suppressions of this channel at all? */
  private isKept(channel: string): boolean {
    return this.registry.findChannel(channel)?.address != null;
  }

  private async find(asked: Asked[]): Promise<Map<string, Reasons>[]> {
    const found = await this.repository.find(asked.flatMap(({ addresses }) => addresses));
    const ofClients = new Map<string, Map<string, Reasons>>();
    for (const row of found) {
      const ofClient = ofClients.get(row.client_id) ?? new Map<string, Reasons>();
      const ofAddress = ofClient.get(nameOf(row)) ?? new Map<string, SuppressionReason>();
      ofClients.set(row.client_id, ofClient.set(nameOf(row), ofAddress.set(row.category, row.reason)));
    }
    return asked.map(({ clientId }) => ofClients.get(clientId) ?? NONE);
  }
}

const NONE: Map<string, Reasons> = new Map();

const reasonIn = (reasons: Reasons | undefined, category: string | null): SuppressionReason | null =>
  reasons?.get('') ?? (category === null ? null : (reasons?.get(category) ?? null));

const nameOf = ({ channel, address_key }: Pick<AddressRef, 'channel' | 'address_key'>): string =>
  `${channel} ${address_key}`;

import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { newId, type UserId, type UserPk } from '../../platform/common/ids.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import type { ChannelDescriptor, Person } from '../../engine/providers/channel.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import { MAX_CATEGORY_BYTES } from '../../engine/suppressions/unsubscribe-links.js';
import { ProviderRoutes } from '../../engine/providers/provider-routes.js';
import { goOn, type FallbackStep } from './fallback/fallback.js';
import { FallbackCircumstances, type Refusal } from './fallback/fallback-circumstances.js';
import { spellOut, stepsOf } from './fallback/fallback-input.js';
import type { ChannelsInputDto, NotificationInputDto } from './notifications.dto.js';
import type { Accepted, NewNotification } from './new-notifications.repository.js';
import { planDeliveries, type ChannelContent } from './plan-deliveries.js';
import { Recipients } from './recipients.js';
import { refuseUnsendableTimes, utc } from './times.js';

/** What is to be written, and by whose names the request called its recipients. */
export interface PlannedNotification extends Accepted {
  names: ReadonlyMap<UserPk, UserId>;
}

const DEDUP_WINDOW_S = 86_400;

/** What is to be written, and was counted. */
export interface CountedNotification extends PlannedNotification {
  /** It was not accepted in the end, or had been before. */
  giveBack(): void;
}

/** From a request to what is written of it: who is meant, over which channels, and what each is sent. */
@Injectable()
export class NotificationPlanner {
  constructor(
    private readonly recipients: Recipients,
    private readonly routes: ProviderRoutes,
    private readonly registry: ProviderRegistry,
    private readonly circumstances: FallbackCircumstances,
  ) {}

  /** @throws Problem for a request that can't be carried out as it is */
  async plan(caller: Caller, wish: NotificationInputDto): Promise<PlannedNotification> {
    const input = spellOut(wish);
    const wanted = this.contentsOf(input.channels);
    refuseUnsendable(input, wanted, this.registry.channels());
    refuseUnsendableTimes(input);
    const contents = await this.usable(caller, wanted);
    const channels = contents.map(({ channel }) => channel);
    const people = await this.recipients.resolve(caller, input.recipients ?? [], channels, {
      create: input.simulate !== true,
    });
    const steps = stepsOf(input, contents, input.max_retry_attempts);
    const refusals = await this.circumstances.refusals(caller.clientId, people);
    const refusal = refusals(caller.clientId, input.category ?? null);
    const { deliveries, chains } = steps
      ? await this.planInOrder(steps, people, input, refusal)
      : { deliveries: planDeliveries(contents, people, input.max_retry_attempts, refusal), chains: [] };
    if (deliveries.length === 0) throw invalidField('recipients', 'name nobody: the rooms have no such members');
    if (deliveries.length > limits.deliveries) {
      throw invalidField(
        'recipients',
        `make ${deliveries.length} deliveries; a notification has at most ${limits.deliveries}`,
      );
    }
    const row = toRow(caller, input, contents, steps);
    if (row.scheduled_for !== null) for (const delivery of deliveries) delivery.begins_at = row.scheduled_for;
    const { dedup_key: key, dedup_window_s: window_s = DEDUP_WINDOW_S } = input;
    return {
      client_id: caller.clientId,
      row,
      deliveries,
      chains,
      dedup: key === undefined ? null : { key, window_s },
      names: new Map(people.flatMap(({ user_pk, user_id }) => (user_pk && user_id ? [[user_pk, user_id]] : []))),
    };
  }

  private async planInOrder(
    steps: FallbackStep[],
    people: Person[],
    { scheduled_for }: NotificationInputDto,
    refusal: Refusal,
  ) {
    const circumstances = await this.circumstances.of(steps, people, scheduled_for !== undefined, refusal);
    const planned = (people.length > 0 ? people : [NOBODY]).map((person) => goOn(steps, 0, person, circumstances));
    return {
      deliveries: planned.flatMap(({ deliveries }) => deliveries),
      chains: planned.flatMap(({ chain }) => (chain ? [chain] : [])),
    };
  }

  /** What channels send, in the order of the registry. @throws Problem for content that a channel doesn't take */
  contentsOf(inputs: ChannelsInputDto): ChannelContent[] {
    return this.registry.channels().flatMap((channel) => {
      const input = inputs[channel.name];
      return input ? [{ channel, content: channel.toContent(input, `channels.${channel.name}`) }] : [];
    });
  }

  /**
   * @returns the contents, with what the client's own rows say of them
   * @throws Problem for channels that this caller may not use, for providers and endpoints that there are not, and for what shared providers don't take
   */
  async usable(caller: Caller, contents: ChannelContent[]): Promise<ChannelContent[]> {
    refuseBeyondPermission(caller, contents, this.registry.channels());
    await this.refuseUnknownProvider(caller.clientId, contents);
    await this.refuseCommands(caller.clientId, contents);
    return Promise.all(
      contents.map(async ({ channel, content }) => ({
        channel,
        content: await this.registry.complete(caller.clientId, channel.name, content, `channels.${channel.name}`),
      })),
    );
  }

  private async refuseUnknownProvider(clientId: string, contents: ChannelContent[]): Promise<void> {
    for (const { channel, content } of contents) {
      const named = channel.namedProvider?.(content);
      if (named === undefined || (await this.routes.has(clientId, channel.name, named))) continue;
      throw invalidField(`channels.${channel.name}.provider`, 'is not the name of a provider of this client');
    }
  }

  /** Whoever sends over the operator's providers shares an account with others. */
  private async refuseCommands(clientId: string, contents: ChannelContent[]): Promise<void> {
    for (const { channel, content } of contents) {
      const fault = channel.ownProviderOnly?.(content);
      if (fault && (await this.routes.areShared(clientId, channel.name)))
        throw invalidField(`channels.${channel.name}.${fault.field}`, fault.message);
    }
  }
}

const namesOf = (channels: ChannelDescriptor[]): string => channels.map(({ name }) => name).join(', ');

function refuseBeyondPermission(caller: Caller, contents: ChannelContent[], all: ChannelDescriptor[]): void {
  if (caller.kind === 'scoped' && contents.some(({ channel }) => !channel.scopedKeys)) {
    const allowed = all.filter(({ scopedKeys }) => scopedKeys);
    throw new Problem('forbidden', `A scoped key sends ${namesOf(allowed)} notifications only.`);
  }
}

function refuseUnsendable(
  { recipients = [], category = '' }: NotificationInputDto,
  contents: ChannelContent[],
  all: ChannelDescriptor[],
): void {
  if (contents.length === 0) throw invalidField('channels', `must have at least one of ${namesOf(all)}`);
  if (recipients.length === 0 && contents.some(({ channel }) => channel.reach))
    throw invalidField('recipients', 'must name at least one recipient');
  const links = contents.some(({ channel, content }) => channel.unsubscribes?.(content));
  if (links && Buffer.byteLength(category) > MAX_CATEGORY_BYTES)
    throw invalidField(
      'category',
      `must have at most ${MAX_CATEGORY_BYTES} bytes beside list_unsubscribe: links carry it`,
    );
}

/** Where the content says where it goes, and no recipient is needed. */
const NOBODY: Person = { user_pk: null, addresses: {} };

const toRow = (
  caller: Caller,
  input: NotificationInputDto,
  contents: ChannelContent[],
  fallback: FallbackStep[] | null,
): NewNotification => ({
  id: newId(),
  sender_pk: caller.user?.user_pk ?? null,
  priority: input.priority ?? 'normal',
  strategy: fallback ? 'fallback' : 'all',
  fallback,
  category: input.category ?? null,
  // A channel that goes on to other services tells them how far it has come.
  channels: Object.fromEntries(
    contents.map(({ channel, content }) => [
      channel.name,
      caller.hops === undefined ? content : { ...(content as object), hops: caller.hops },
    ]),
  ),
  scheduled_for: utc(input.scheduled_for),
  expires_at: utc(input.expires_at),
  max_retry_attempts: input.max_retry_attempts ?? null,
  metadata: input.metadata ?? {},
  tags: input.tags ?? [],
});

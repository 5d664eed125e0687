import type { UserPk } from '../../platform/common/ids.js';
import type { FieldError } from '../../platform/common/problem.js';

/** How deliveries that did not succeed are tried again. Times are milliseconds. */
export interface RetryPolicy {
  /** Attempts in all, unless the notification says otherwise. */
  readonly attempts: number;
  /** Waits before attempt 2, 3, …; the last one is repeated. */
  readonly waits: readonly number[];
  /** How long an unknown outcome is left alone, so that what did arrive is not sent twice at once; null: tried again. */
  readonly unknownWait: number | null;
  /** When, before that time is over, a provider that can be asked is asked already; it may know later what it does not know yet. */
  readonly looks?: readonly number[];
  /** For how long faults are borne, unless the client set it otherwise; left out, the number of attempts alone ends it. */
  readonly budgets?: Budgets;
}

/** How long what may still succeed is tried, each since its first fault. Times are milliseconds. */
export interface Budgets {
  /** With one provider, before another takes over: not where it is out, then one does at once. */
  readonly provider: number;
  /** Over this channel, before a strategy `fallback` goes on to the next; with `all` it is still tried. */
  readonly channel: number;
  /** At all. */
  readonly message: number;
}

/** Somebody to be told something: a user, an address, or both. */
export interface Person {
  user_pk: UserPk | null;
  /** Where the person is reached, by channel. */
  addresses: Partial<Record<string, string>>;
}

/** Where one delivery goes. */
export interface Target {
  user_pk: UserPk | null;
  address: string | null;
  /** Why nothing can be sent there, such as `no_address`; null when something can. */
  suppressed: string | null;
}

/** What users' profiles say of where they are reached. */
export interface ProfileAddresses {
  email: string | null;
  phone: string | null;
}

/** The kind of address by which a channel reaches people. */
export interface AddressKind {
  /** The name of the field of `recipients[]` that gives such an address. */
  readonly field: string;
  /** The field decorator of the field of `recipients[]`, which must be optional. */
  readonly declare: PropertyDecorator;
  /** What is wrong with such an address, to follow its field's name; null when nothing is. */
  fault(address: string): string | null;
  /** The one form of all spellings of an address, by which it is compared; left out, each spelling is its own. */
  key?(address: string): string;
  /** The one that a user's profile has. */
  ofProfile(profile: ProfileAddresses): string | null;
}

/**
 * A way to reach people or systems, whichever provider takes it there. It is part of the descriptor of each of its
 * providers, and known to the rest of the house by its name alone.
 */
export interface ChannelDescriptor<Input extends object = object, Content = unknown> {
  /** In `channels` of a notification, in `channel` of deliveries and providers. Lower-case letters, digits, hyphens. */
  readonly name: string;
  /** The DTO class of `channels.<name>`. */
  readonly inputSchema: new () => Input;
  /** What a delivery is when its provider has taken it. */
  readonly success: 'sent' | 'delivered';
  /**
   * `sent` is not the end: a device of the user acknowledges, or the delivery expires. The index `deliveries_expiring`
   * names these channels, so a further one needs a migration of it.
   */
  readonly acknowledged?: boolean;
  /** Where no provider's own applies: before one is chosen, and after a worker was lost. */
  readonly retryPolicy: RetryPolicy;
  /** May scoped keys send over it? Otherwise only the client itself may. */
  readonly scopedKeys: boolean;
  /** null: people are not reached by an address of its own. */
  readonly address: AddressKind | null;
  /**
   * What is stored and sent. Runs once, when the notification is accepted.
   * @param at the path of the input, for the fields of a Problem
   * @throws Problem `validation_failed` naming every field at fault
   */
  toContent(input: Input, at: string): Content;
  /** Where a person is reached. Channels without it need no recipients: they have {@link target}. */
  reach?(person: Person): Target;
  /** Where the content itself says that it goes, on channels that need no recipients. */
  target?(content: Content): Target;
  /** Which of its kind the delivery's lane is; left out where the channel of a client is one lane. */
  lane?(content: Content): string;
  /** How many a second go to its lane, whatever it is that they are sent for; left out or null: as many as there are. */
  rate?(content: Content): number | null;
  /** Addresses that get a copy beside the delivery's own: they count where providers are chosen by how many are told. */
  copies?(content: Content): string[];
  /** The content without the copies to these addresses. */
  withoutCopies?(content: Content, addresses: ReadonlySet<string>): Content;
  /** Are recipients to get a link by which they unsubscribe? */
  unsubscribes?(content: Content): boolean;
  /** What its notification is of: recipients may leave that and nothing else. */
  category?(content: Content): string | null;
  /** The provider that must take it, by name. */
  namedProvider?(content: Content): string | undefined;
  /** What in it a provider that many clients share must not be told, by its field; null where there is no such thing. */
  ownProviderOnly?(content: Content): FieldError | null;
  /** What is sent to try out a provider of this name. */
  testContent?(providerName: string): Content;
}

/** The `reach` of channels that go to an address of their own kind. */
export const reachByAddress =
  (channel: string) =>
  ({ user_pk, addresses }: Person): Target => {
    const address = addresses[channel] ?? null;
    return { user_pk, address, suppressed: address === null ? 'no_address' : null };
  };

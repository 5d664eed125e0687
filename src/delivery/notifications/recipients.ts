import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { newId, type UserId, type UserPk } from '../../platform/common/ids.js';
import { invalidField, notFound } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { MembersRepository } from '../../messaging/rooms/membership/members.repository.js';
import type { AddressKind, ChannelDescriptor, Person } from '../../engine/providers/channel.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import { UsersService, userUnavailable } from '../../tenancy/users/users.service.js';
import type { RecipientInputDto } from './notifications.dto.js';

/** With the name by which the request called them. */
export type NamedPerson = Person & { user_id?: UserId | undefined };

/** Finds out who the recipients of a request are. */
@Injectable()
export class Recipients {
  constructor(
    private readonly users: UsersService,
    private readonly rooms: MembersRepository,
    private readonly registry: ProviderRegistry,
  ) {}

  /**
   * @param channels of which an address is needed: what the request doesn't give, the profiles may have
   * @param create make the users that a master key names first here; else they are only imagined
   * @returns each person once
   * @throws Problem for entries that name nobody, and for people whom the caller may not reach
   */
  async resolve(
    caller: Caller,
    inputs: RecipientInputDto[],
    channels: ChannelDescriptor[],
    { create = true }: { create?: boolean } = {},
  ): Promise<NamedPerson[]> {
    const addressed = this.registry.channels().filter(hasAddresses);
    inputs.forEach((input, index) => checkShape(input, index, addressed));
    const named = inputs.filter(({ room_id }) => room_id === undefined);
    const people = dedupe(await this.named(caller, named, addressed, create));
    const unique = dedupe([...people, ...(await this.members(caller, inputs, limits.deliveries - people.length))]);
    await this.addAddresses(caller.clientId, unique, channels.filter(hasAddresses));
    return withoutNamesakes(unique, addressed);
  }

  private async named(
    caller: Caller,
    inputs: RecipientInputDto[],
    addressed: Addressed[],
    create: boolean,
  ): Promise<NamedPerson[]> {
    const userIds = inputs.flatMap(({ user_id }) => (user_id === undefined ? [] : [user_id]));
    const pks = await this.userPks(caller, userIds, create);
    const people = inputs.map((input) => ({
      user_pk: input.user_id === undefined ? null : pks.get(input.user_id)!,
      user_id: input.user_id,
      addresses: addressesIn(input, addressed),
    }));
    if (caller.kind !== 'master') await this.refuseStrangers(caller, people);
    return people;
  }

  private async userPks(caller: Caller, userIds: UserId[], create: boolean): Promise<Map<UserId, UserPk>> {
    const found = await this.users.lookUp(caller.clientId, userIds, { create: create && caller.kind === 'master' });
    const pks = new Map([...found].map(([userId, { user_pk }]) => [userId, user_pk]));
    for (const userId of userIds) if (!pks.has(userId)) pks.set(userId, newId() as UserPk);
    return pks;
  }

  /**
   * A scoped key reaches those who share a room with its user and didn't block it; of others it doesn't learn whether they
   * exist. People without a user are the client's.
   */
  private async refuseStrangers(caller: Caller, people: NamedPerson[]): Promise<void> {
    const { clientId, user } = caller;
    const named = people.flatMap(({ user_pk }) => (user_pk === null ? [] : [user_pk]));
    const [reachable, blockers] = await Promise.all([
      this.rooms.sharingRoom(clientId, user!.user_pk, named),
      this.users.blockersOf(clientId, user!.user_pk, named),
    ]);
    const strangers = people.filter(
      ({ user_pk }) => user_pk === null || !reachable.has(user_pk) || blockers.has(user_pk),
    );
    if (strangers.length > 0) {
      throw userUnavailable(strangers.map((person) => person.user_id ?? (anyAddress(person) as UserId)));
    }
  }

  /** @param most how many members the rooms may have together; nothing is read beyond the first too many */
  private async members(caller: Caller, inputs: RecipientInputDto[], most: number): Promise<Person[]> {
    const viewer = caller.kind === 'master' ? null : caller.user!.user_pk;
    const people: Person[] = [];
    for (const [roomId, except] of roomsIn(inputs)) {
      const left = most - people.length;
      const members = await this.rooms.reachable(caller.clientId, roomId, viewer, [...except], left + 1);
      if (!members) throw notFound('room');
      if (members.length > left) {
        throw invalidField('recipients', `name more than ${limits.deliveries} people once rooms are expanded`);
      }
      for (const user_pk of members) people.push({ user_pk, addresses: {} });
    }
    return people;
  }

  private async addAddresses(clientId: string, people: Person[], wanted: Addressed[]): Promise<void> {
    const lacks = ({ addresses }: Person) => wanted.some(({ name }) => addresses[name] === undefined);
    const users = people.flatMap((person) => (person.user_pk !== null && lacks(person) ? [person.user_pk] : []));
    if (users.length === 0) return;
    const found = await this.users.addressesOf(clientId, users);
    for (const { user_pk, addresses } of people) {
      const profile = user_pk === null ? undefined : found.get(user_pk);
      if (profile) for (const { name, address } of wanted) addresses[name] ??= address.ofProfile(profile) ?? undefined;
    }
  }
}

type Addressed = ChannelDescriptor & { address: AddressKind };
const hasAddresses = (channel: ChannelDescriptor): channel is Addressed => channel.address !== null;

/** Those that the request gives, by channel. */
function addressesIn(input: RecipientInputDto, channels: Addressed[]): Person['addresses'] {
  const addresses: Person['addresses'] = {};
  for (const { name, address } of channels) {
    const given = (input as Record<string, unknown>)[address.field];
    if (typeof given === 'string') addresses[name] = given;
  }
  return addresses;
}

/** Each room once, with those whom every entry that names it leaves out. */
function roomsIn(inputs: RecipientInputDto[]): Map<string, Set<UserId>> {
  const rooms = new Map<string, Set<UserId>>();
  for (const { room_id, exclude_user_ids = [] } of inputs) {
    if (room_id === undefined) continue;
    const id = room_id.toLowerCase();
    const except = new Set(exclude_user_ids);
    const before = rooms.get(id);
    rooms.set(id, before ? new Set([...before].filter((userId) => except.has(userId))) : except);
  }
  return rooms;
}

const anyAddress = ({ addresses }: Person): string | undefined => Object.values(addresses)[0];

function checkShape(input: RecipientInputDto, index: number, channels: Addressed[]): void {
  const { user_id, room_id, exclude_user_ids } = input;
  const isPerson = user_id !== undefined || Object.keys(addressesIn(input, channels)).length > 0;
  if (isPerson === (room_id !== undefined)) {
    const fields = ['user_id', ...channels.map(({ address }) => address.field)].join(', ');
    const person = `${fields} or ${channels.length > 1 ? 'several of these' : 'both'}`;
    throw invalidField(`recipients[${index}]`, `must name one person (${person}) or one room (room_id)`);
  }
  if (exclude_user_ids && room_id === undefined) {
    throw invalidField(`recipients[${index}].exclude_user_ids`, 'goes with room_id');
  }
}

/** An address that is a user's, too, is told once: as the user's. Users who share one are told each. */
function withoutNamesakes(people: NamedPerson[], channels: Addressed[]): NamedPerson[] {
  const keysOf = ({ addresses }: NamedPerson): Map<string, string> =>
    new Map(
      channels.flatMap(({ name, address: { key } }): [string, string][] => {
        const address = addresses[name];
        return address === undefined ? [] : [[name, `${name} ${key?.(address) ?? address}`]];
      }),
    );
  const [users, strangers] = [people.filter(isUser), people.filter((person) => !isUser(person))];
  if (strangers.length === 0 || people.length === 1) return people;
  const known = new Set(users.flatMap((user) => [...keysOf(user).values()]));
  const again = new Set<NamedPerson>();
  for (const stranger of strangers) {
    for (const [channel, key] of keysOf(stranger)) {
      if (known.has(key)) delete stranger.addresses[channel];
      known.add(key);
    }
    if (anyAddress(stranger) === undefined) again.add(stranger);
  }
  return people.filter((person) => !again.has(person));
}

const isUser = ({ user_pk }: NamedPerson): boolean => user_pk !== null;

/** Whoever is named twice is told once; an address given with the request wins. */
function dedupe(people: NamedPerson[]): NamedPerson[] {
  const unique = new Map<string, NamedPerson>();
  for (const person of people) {
    const key = person.user_pk ?? anyAddress(person)!.toLowerCase();
    const known = unique.get(key);
    if (known) known.addresses = { ...person.addresses, ...known.addresses };
    else unique.set(key, person);
  }
  return [...unique.values()];
}

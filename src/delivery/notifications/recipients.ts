import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { MembersRepository } from '../../messaging/rooms/members.repository.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { RecipientInputDto } from './notifications.dto.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** One person to be told something. */
export interface Person {
  /** `user_pk` */
  user_pk: UserPk | null;
  email: string | null;
}

/** Finds out who the recipients of a request are. */
@Injectable()
export class Recipients {
  constructor(
    private readonly users: UsersService,
    private readonly rooms: MembersRepository,
  ) {}

  /**
   * @param wantsEmail look up the addresses of profiles too
   * @returns each person once
   * @throws Problem for entries that name nobody, and for people whom the caller may not reach
   */
  async resolve(caller: Caller, inputs: RecipientInputDto[], wantsEmail: boolean): Promise<Person[]> {
    inputs.forEach(checkShape);
    const named = inputs.filter(({ room_id }) => room_id === undefined);
    const people = [...(await this.named(caller, named)), ...(await this.members(caller, inputs))];
    if (people.length > limits.deliveries) {
      throw invalidField('recipients', `name more than ${limits.deliveries} people once rooms are expanded`);
    }
    const unique = dedupe(people);
    if (wantsEmail) await this.addAddresses(caller.clientId, unique);
    return unique;
  }

  private async named(caller: Caller, inputs: RecipientInputDto[]): Promise<Person[]> {
    const userIds = inputs.flatMap(({ user_id }) => (user_id === undefined ? [] : [user_id]));
    const create = caller.kind === 'master';
    const refs = await this.users.resolve(caller.clientId, userIds, { create });
    if (!create)
      await this.refuseStrangers(caller, inputs, new Map([...refs].map(([userId, { user_pk }]) => [userId, user_pk])));
    return inputs.map(({ user_id, email }) => ({
      user_pk: user_id === undefined ? null : refs.get(user_id)!.user_pk,
      email: email ?? null,
    }));
  }

  /** A scoped key reaches those who share a room with its user; of others it doesn't learn whether they exist. */
  private async refuseStrangers(caller: Caller, inputs: RecipientInputDto[], refs: Map<UserId, UserPk>): Promise<void> {
    const reachable = await this.rooms.sharingRoom(caller.clientId, caller.user!.user_pk, [...refs.values()]);
    const stranger = inputs.find(({ user_id }) => user_id === undefined || !reachable.has(refs.get(user_id)!));
    if (stranger)
      throw new Problem(
        'user_unavailable',
        `No such user, or not available to this key: ${stranger.user_id ?? stranger.email}.`,
      );
  }

  private async members(caller: Caller, inputs: RecipientInputDto[]): Promise<Person[]> {
    const people: Person[] = [];
    for (const { room_id, exclude_user_ids = [] } of inputs) {
      if (room_id === undefined) continue;
      const viewer = caller.kind === 'master' ? null : caller.user!.user_pk;
      const members = await this.rooms.reachable(
        caller.clientId,
        room_id,
        viewer,
        exclude_user_ids,
        limits.deliveries + 1,
      );
      if (!members) throw notFound('room');
      people.push(...members.map((user_pk) => ({ user_pk, email: null })));
    }
    return people;
  }

  private async addAddresses(clientId: string, people: Person[]): Promise<void> {
    const without = people.filter(({ user_pk: userPk, email }) => userPk !== null && email === null);
    if (without.length === 0) return;
    const found = await this.users.addressesOf(
      clientId,
      without.map(({ user_pk: userPk }) => userPk!),
    );
    for (const person of without) person.email = found.get(person.user_pk!)?.email ?? null;
  }
}

function checkShape({ user_id, email, room_id, exclude_user_ids }: RecipientInputDto, index: number): void {
  const isPerson = user_id !== undefined || email !== undefined;
  if (isPerson === (room_id !== undefined)) {
    throw invalidField(`recipients[${index}]`, 'must name one person (user_id, email or both) or one room (room_id)');
  }
  if (exclude_user_ids && room_id === undefined) {
    throw invalidField(`recipients[${index}].exclude_user_ids`, 'goes with room_id');
  }
}

/** Whoever is named twice is told once; an address given with the request wins. */
function dedupe(people: Person[]): Person[] {
  const unique = new Map<string, Person>();
  for (const person of people) {
    const key = person.user_pk ?? person.email!.toLowerCase();
    const known = unique.get(key);
    if (!known) unique.set(key, { ...person });
    else known.email ??= person.email;
  }
  return [...unique.values()];
}

import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Nodes } from '../../platform/realtime/nodes.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { LastSeen } from './last-seen.js';
import type { PresenceDto } from './presence.dto.js';
import { PresenceRepository, type PresenceRow } from './presence.repository.js';
import { nodeKey, PresenceLeases } from './presence.leases.js';

type Named = Pick<UserRef, 'user_pk' | 'user_id'>;

/** How users are seen by others: who is there, on whichever node, and what they chose to show. */
@Injectable()
export class PresenceReader {
  constructor(
    private readonly repository: PresenceRepository,
    private readonly leases: PresenceLeases,
    private readonly nodes: Nodes,
    private readonly lastSeen: LastSeen,
  ) {}

  /**
   * @param certainOnly leave out who can't be found to be there or not, because other nodes can't be asked; else they
   * are offline
   * @returns by `user_pk`
   */
  async read(
    clientId: string,
    users: Named[],
    { certainOnly = false }: { certainOnly?: boolean } = {},
  ): Promise<Map<UserPk, PresenceDto>> {
    if (users.length === 0) return new Map();
    const userPks = users.map(({ user_pk }) => user_pk);
    const [there, rows] = await Promise.all([this.whoIsThere(userPks), this.repository.findMany(clientId, userPks)]);
    const sure = !certainOnly || !this.nodes.cutOff;
    const now = new Date();
    return new Map(
      users.flatMap((user): [UserPk, PresenceDto][] => {
        const isThere = there.has(user.user_pk);
        if (!isThere && !sure) return [];
        return [[user.user_pk, this.present(user, isThere, rows.get(user.user_pk), now)]];
      }),
    );
  }

  /** Which of them are there; while other nodes can't be asked, on this one. */
  async whoIsThere(userPks: UserPk[]): Promise<Set<UserPk>> {
    const said = await this.nodes.read(userPks.map(nodeKey));
    const elsewhere = (index: number): boolean => {
      const nodes = said?.[index];
      return nodes !== undefined && nodes.size > (nodes.has(this.nodes.id) ? 1 : 0);
    };
    return new Set(userPks.filter((pk, index) => this.leases.holds(pk) || elsewhere(index)));
  }

  private present({ user_pk, user_id }: Named, isThere: boolean, row: PresenceRow | undefined, now: Date): PresenceDto {
    const chosen = row?.state ?? 'online';
    const text = row?.shown_text ?? null;
    if (isThere && chosen !== 'invisible') return { user_id, state: chosen, text, last_seen_at: now.toISOString() };
    const unwritten = chosen === 'invisible' ? undefined : this.lastSeen.unwritten(user_pk);
    const seen = later(row?.last_seen_at, unwritten);
    return { user_id, state: 'offline', text, last_seen_at: seen?.toISOString() ?? null };
  }
}

const later = (a: Date | null | undefined, b: Date | undefined): Date | undefined =>
  a && b ? (a > b ? a : b) : (a ?? b);

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { ReactionChangeDto } from './reactions.dto.js';
import { reactionAdded, reactionRemoved } from './reactions.events.js';

/** Fills in who reacted: the log knows users by their rows, not by the client's own strings. */
@Injectable()
export class ReactionsHydrator implements OnModuleInit {
  constructor(
    private readonly events: EventsService,
    private readonly users: UsersService,
  ) {}

  onModuleInit(): void {
    this.events.register({
      events: [reactionAdded, reactionRemoved],
      hydrate: (clientId, rows) => this.hydrate(clientId, rows),
    });
  }

  private async hydrate(clientId: string, rows: EventRow[]): Promise<Map<string, ReactionChangeDto>> {
    const refs = await this.users.refsOf(
      clientId,
      rows.map(({ actor_pk }) => actor_pk!),
    );
    return new Map(
      rows.flatMap(({ id, actor_pk, data }) => {
        const user = refs.get(actor_pk!);
        return user ? [[id, { ...(data as Omit<ReactionChangeDto, 'user_id'>), user_id: user.user_id }]] : [];
      }),
    );
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import * as events from './invitations.events.js';
import type { InviteDto } from './invites.dto.js';
import { InvitesRepository, toInvite } from './invites.repository.js';
import type { JoinRequestDto } from './join-requests.dto.js';
import { JoinRequestsRepository, toJoinRequest } from './join-requests.repository.js';

/** Fills in the bodies of events of invitations and requests: as they are now, but with the status of then, and no codes. */
@Injectable()
export class InvitationsHydrator implements OnModuleInit {
  constructor(
    private readonly events: EventsService,
    private readonly invites: InvitesRepository,
    private readonly requests: JoinRequestsRepository,
  ) {}

  onModuleInit(): void {
    this.events.register<InviteDto>({
      events: [events.inviteCreated, events.inviteAccepted, events.inviteDeclined, events.inviteRevoked],
      hydrate: async (clientId, rows) =>
        bodiesOf(rows, await this.invites.findMany(clientId, subjectsOf(rows)), (row) => toInvite(row, null)),
    });
    this.events.register<JoinRequestDto>({
      events: [events.joinRequestCreated, events.joinRequestApproved, events.joinRequestRejected],
      hydrate: async (clientId, rows) =>
        bodiesOf(rows, await this.requests.findMany(clientId, subjectsOf(rows)), toJoinRequest),
    });
  }
}

const subjectsOf = (rows: EventRow[]): string[] => [...new Set(rows.map(({ subject_id }) => subject_id!))];

function bodiesOf<Row, Dto extends object>(
  rows: EventRow[],
  found: Map<string, Row>,
  toDto: (row: Row) => Dto,
): Map<string, Dto> {
  return new Map(
    rows.flatMap(({ id, subject_id, data }): [string, Dto][] => {
      const row = found.get(subject_id!);
      return row ? [[id, { ...toDto(row), ...(data as Partial<Dto>) }]] : [];
    }),
  );
}

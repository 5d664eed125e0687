import { Injectable } from '@nestjs/common';
import { itemProblem } from '../../platform/common/batch.js';
import { Int, OneOf, Text, TextList } from '../../platform/common/fields.js';
import type { UserId } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import type { InviteDto } from '../../messaging/invitations/invites.dto.js';
import { InvitesService } from '../../messaging/invitations/invites.service.js';
import { ROLES, type Role } from '../../messaging/rooms/membership/member.dto.js';
import { Existing, valueOf, type Admitted } from '../../tenancy/access/request.js';
import { Answered } from './answered.js';
import { besides, paramOf, type Ways } from './way.js';
import { isPlain, withoutNulls } from './words.js';

/** The first version's body of an invitation. */
export class InviteManyDto {
  @TextList({ min: 1, max: 'page', maxChars: 'user_id_chars' })
  user_ids: UserId[];

  @OneOf(ROLES, { optional: true })
  role?: Role;

  @Text({ optional: true, max: 500 })
  message?: string;

  @Int({ optional: true, min: 1, max: 31_622_400 })
  expires_in?: number;
}

/** What became of one of the invited. */
interface Result {
  index: number;
  status: number;
  invite?: InviteDto;
  error?: object;
}

/** Invitations, of which one request made many. */
@Injectable()
export class InvitesWays {
  readonly ways: Ways = { 'POST /rooms/:room_id/invites': { ask: (request) => this.ask(request) } };

  constructor(private readonly invites: InvitesService) {}

  private async ask(request: Admitted): Promise<void> {
    const { body } = request;
    if (!isPlain(body)) return;
    const invite = withoutNulls(body);
    if (invite.user_ids !== undefined) throw new Answered(201, await this.inviteAll(request, invite));
    request.body = invite.user_id === undefined ? invite : { kind: 'user', ...invite };
  }

  /** Each on its own. @throws Problem of the first one, where nobody could be invited */
  private async inviteAll(request: Admitted, body: object): Promise<{ data: InviteDto[]; results: Result[] }> {
    const { user_ids, ...invite } = toDto(InviteManyDto, body);
    const problems: Problem[] = [];
    const results: Result[] = [];
    for (const [index, user_id] of user_ids.entries()) {
      try {
        const dto = { kind: 'user' as const, user_id, ...invite };
        const made = await this.invites.create(besides(request), paramOf(request, 'room_id'), dto);
        results.push({ index, status: made instanceof Existing ? 200 : 201, invite: valueOf(made) });
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500) throw error;
        problems.push(error);
        results.push({ index, status: error.status, error: itemProblem(error) });
      }
    }
    if (problems.length === results.length) throw problems[0]!;
    return { data: results.flatMap((result) => result.invite ?? []), results };
  }
}

import { Injectable } from '@nestjs/common';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import type { Problem } from '../../platform/common/problem.js';
import { StaleSettings } from '../messages/append/new-message.js';
import type { Draft, DraftOrigin } from '../messages/pre-send.js';
import { SendTargetsRepository } from './send-targets.repository.js';

/** What is looked at once more before somebody is told that a message is refused. */
@Injectable()
export class Refusals {
  constructor(
    private readonly targets: SendTargetsRepository,
    private readonly clients: ClientsService,
  ) {}

  /**
   * @returns the draft, for a message that was sent before: its sender gets the original
   * @throws StaleSettings when the client has changed its settings since: the message is to be judged by what they are now;
   *   else the problem
   */
  async refuse(
    { caller, room_id, purpose, client_msg_id }: DraftOrigin,
    draft: Draft,
    problem: Problem,
  ): Promise<Draft> {
    const { clientId, user } = caller;
    if (client_msg_id !== null) {
      const target = await this.targets.find(clientId, room_id, user!.user_pk, client_msg_id);
      if (target?.sent) return draft;
    }
    // Edits are judged by settings that were read for them.
    if (purpose !== 'edit') {
      const { settingsRev } = await this.clients.readFacts(clientId);
      if (settingsRev !== caller.settingsRev) throw new StaleSettings();
    }
    throw problem;
  }
}

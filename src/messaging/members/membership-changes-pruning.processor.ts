import { Processor, WorkerHost } from '@nestjs/bullmq';
import { MembersRepository } from '../rooms/membership/members.repository.js';

export const MEMBERSHIP_CHANGES_PRUNING_QUEUE = 'membership-changes-pruning';

/** Drops changes of memberships that every node has heard of. */
@Processor(MEMBERSHIP_CHANGES_PRUNING_QUEUE)
export class MembershipChangesPruningProcessor extends WorkerHost {
  constructor(private readonly members: MembersRepository) {
    super();
  }

  process(): Promise<void> {
    return this.members.pruneChanges();
  }
}

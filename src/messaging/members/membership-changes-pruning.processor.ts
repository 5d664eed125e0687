import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { MembersRepository } from '../rooms/membership/members.repository.js';

/** Drops changes of memberships that every node has heard of. */
@Periodic({ name: 'membership-changes-pruning', everyMs: 600_000 })
export class MembershipChangesPruningProcessor implements PeriodicWork {
  constructor(private readonly members: MembersRepository) {}

  process(): Promise<void> {
    return this.members.pruneChanges();
  }
}

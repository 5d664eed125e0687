import type { DispatcherRepository, DueDelivery, Group, LaneKey, QuietLane } from './dispatcher.repository.js';

const GROUPS = 256;
const LANES_PER_GROUP = 32;
/** About as many deliveries as a look may bring, and of one lane at most. */
const DELIVERIES = 4_000;
const MAX_PER_LANE = 256;
const MIN_PER_LANE = 2;

/**
 * Looks at what is due, a bounded part at a time: as many clients as there is room for, of each priority of theirs as many
 * lanes, of each lane its first deliveries. What a look had no room for comes with the next.
 */
export class DueWalk {
  private after: Group | null = null;
  private cursors = new Map<string, LaneKey>();
  private perLane = MAX_PER_LANE;

  constructor(private readonly repository: Pick<DispatcherRepository, 'due'>) {}

  /** Is there more beyond what the last look brought? */
  get unfinished(): boolean {
    return this.after !== null || this.cursors.size > 0;
  }

  async next(): Promise<DueDelivery[]> {
    const bounds = { groups: GROUPS, lanesPerGroup: LANES_PER_GROUP, perLane: this.perLane };
    const rows = await this.repository.due(bounds, this.after, [...this.cursors.values()]);
    const groups = lanesByGroup(rows);
    // The rows come group by group, lane by lane.
    this.after = groups.size < GROUPS ? null : (rows.at(-1) ?? null);
    for (const [group, lanes] of groups) {
      if (lanes.size < LANES_PER_GROUP) this.cursors.delete(group);
      else this.cursors.set(group, [...lanes.values()].at(-1)!);
    }
    if (this.after === null) this.forgetOthers(groups);
    const seen = [...groups.values()].reduce((sum, lanes) => sum + lanes.size, 0);
    this.perLane = Math.min(MAX_PER_LANE, Math.max(MIN_PER_LANE, Math.floor(DELIVERIES / Math.max(seen, 1))));
    return rows.filter((row) => row.id !== null);
  }

  /** A group whose walk was cut short and that has ended meanwhile, or is behind its cursor, begins anew. */
  private forgetOthers(seen: Map<string, unknown>): void {
    for (const group of this.cursors.keys()) if (!seen.has(group)) this.cursors.delete(group);
  }
}

function lanesByGroup(rows: (DueDelivery | QuietLane)[]): Map<string, Map<string, LaneKey>> {
  const groups = new Map<string, Map<string, LaneKey>>();
  for (const { client_id, priority, lane } of rows) {
    const group = `${client_id} ${priority}`;
    const lanes = groups.get(group) ?? new Map<string, LaneKey>();
    groups.set(group, lanes);
    if (!lanes.has(lane)) lanes.set(lane, { client_id, priority, lane });
  }
  return groups;
}

import { EVERYWHERE } from './topics.js';

/** Rooms that users have just entered, and the ways to their nodes. */
const FOR_MS = 5_000;
/** A room with more newcomers is told everywhere for that while. */
const MAX_WAYS = 50;

interface Entry {
  until: number;
  ways: Set<string>;
}

/**
 * Users who have just entered a room, told by this node. Their nodes learn of it and subscribe to the room a moment
 * later; what this node tells the room meanwhile goes by the users' own topics too.
 */
export class Newcomers {
  private readonly byTopic = new Map<string, Entry>();

  /** @param ways topics by which the newcomers' nodes are reached */
  add(roomTopics: Iterable<string>, ways: Iterable<string>, now: number): void {
    this.forget(now);
    for (const topic of roomTopics) {
      const entry = this.byTopic.get(topic) ?? { until: 0, ways: new Set() };
      for (const way of ways) entry.ways.add(way);
      if (entry.ways.size > MAX_WAYS) entry.ways = new Set([EVERYWHERE]);
      entry.until = now + FOR_MS;
      // Last in the order of their ends.
      this.byTopic.delete(topic);
      this.byTopic.set(topic, entry);
    }
  }

  /** The topics that a room's packets go by, the room's own first. */
  waysTo(topic: string, now: number): string[] {
    if (this.byTopic.size === 0) return [topic];
    const entry = this.byTopic.get(topic);
    if (!entry || entry.until <= now) return [topic];
    return [topic, ...entry.ways];
  }

  private forget(now: number): void {
    for (const [topic, { until }] of this.byTopic) {
      if (until > now) return;
      this.byTopic.delete(topic);
    }
  }
}

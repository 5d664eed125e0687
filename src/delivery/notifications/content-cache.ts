import { LRUCache } from 'lru-cache';
import type { Content } from '../../engine/deliveries/delivery.js';

/** The largest notification must fit into half of it, at two bytes a character. */
const MAX_BYTES = 96 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

/** Bodies that were sent lately: a notification to a thousand people is read once. Bounded by size; the least recently used go first. */
export class ContentCache {
  private readonly entries: LRUCache<string, Content>;

  constructor(maxBytes = MAX_BYTES) {
    this.entries = new LRUCache<string, Content>({
      max: MAX_ENTRIES,
      maxSize: maxBytes,
      maxEntrySize: maxBytes / 2,
      sizeCalculation: sizeOf,
    });
  }

  get(key: string): Content | undefined {
    return this.entries.get(key);
  }

  put(key: string, content: Content): void {
    if (!this.entries.has(key)) this.entries.set(key, content);
  }
}

/** About what it takes in memory: the texts are what counts. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, item) => sum + 16 + sizeOf(item), 64);
}

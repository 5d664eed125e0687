import type { Content } from '../../engine/deliveries/delivery.js';

/** The largest notification must fit into half of it, at two bytes a character. */
const MAX_BYTES = 96 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

/** Bodies that were sent lately: a notification to a thousand people is read once. Bounded by size; the oldest go first. */
export class ContentCache {
  private readonly entries = new Map<string, { content: Content; bytes: number }>();
  private bytes = 0;

  constructor(private readonly maxBytes = MAX_BYTES) {}

  get(key: string): Content | undefined {
    return this.entries.get(key)?.content;
  }

  put(key: string, content: Content): void {
    const bytes = sizeOf(content);
    if (bytes > this.maxBytes / 2 || this.entries.has(key)) return;
    this.entries.set(key, { content, bytes });
    this.bytes += bytes;
    for (const [oldest, entry] of this.entries) {
      if (this.bytes <= this.maxBytes && this.entries.size <= MAX_ENTRIES) break;
      this.entries.delete(oldest);
      this.bytes -= entry.bytes;
    }
  }
}

/** About what it takes in memory: the texts are what counts. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, item) => sum + 16 + sizeOf(item), 64);
}

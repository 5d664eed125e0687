import { Histogram } from '../../platform/common/log-histogram.js';
import { LATENCIES } from './delivery-counts.js';

/** Numbers by what they count, as deliveries are counted; open states by their names. */
export type Counts = ReadonlyMap<string, number>;

export type Stage = keyof typeof LATENCIES;

/**
 * What is added to a tally: numbers, and histograms as they are kept once they are added up. Before, a duration is a number
 * of its own, whose key is the stage's letter and the bin.
 */
export type Added = { counts: Record<string, number> | null } & { [Of in Stage]?: string | null };

const STAGES = Object.keys(LATENCIES) as Stage[];
const STAGE_OF: ReadonlyMap<string, Stage> = new Map(STAGES.map((stage) => [LATENCIES[stage], stage]));

/** Counts of deliveries that are added up. */
export class Tally {
  private readonly sums = new Map<string, number>();
  readonly stages: Readonly<Record<Stage, Histogram>> = {
    first_attempt: new Histogram(),
    sent: new Histogram(),
    delivered: new Histogram(),
  };

  get counts(): Counts {
    return this.sums;
  }

  add(added: Added): void {
    for (const key in added.counts) this.count(key, added.counts[key]!);
    for (const stage of STAGES) if (added[stage]) this.stages[stage].addText(added[stage]);
  }

  addAll(other: Tally): void {
    for (const [key, n] of other.sums) this.count(key, n);
    for (const stage of STAGES) this.stages[stage].addAll(other.stages[stage]);
  }

  /** Without what came and went. */
  numbers(): Record<string, number> {
    return Object.fromEntries([...this.sums].filter(([, n]) => n !== 0));
  }

  private count(key: string, n: number): void {
    const stage = key.charAt(1) === ':' ? STAGE_OF.get(key.charAt(0)) : undefined;
    if (stage) this.stages[stage].add(Number(key.slice(2)), n);
    else this.sums.set(key, (this.sums.get(key) ?? 0) + n);
  }
}

import { cpuOf } from './cpu.js';
import { median, type Figure } from './report.js';
import type { Tenant } from './product.js';

/** How much is measured, and where the figures go. */
export interface Bench {
  rounds: number;
  /** A fifth where the bench is to be quick. */
  size: (full: number) => number;
  record: (figure: Figure) => void;
}

/** What is measured against a server that runs already, and whose CPU time that takes. */
export interface Place {
  databaseUrl: string;
  tenant: Tenant;
  productPid: number;
  postmasterPid: number;
}

/** What a path gave, and the CPU time of each unit in microseconds. */
export interface Measured {
  perSecond: number;
  cpu: number;
}

/** Floor and path in turn. */
export async function inTurns<T>(rounds: number, floor: () => Promise<T>, path: () => Promise<T>) {
  const [floors, values]: [T[], T[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    floors.push(await floor());
    values.push(await path());
  }
  return { floors, values };
}

/** `work` does `count` units and tells how many a second. */
export async function withCpu(pids: number[], count: number, work: () => Promise<number>): Promise<Measured> {
  const before = cpuOf(pids);
  const perSecond = await work();
  return { perSecond, cpu: (cpuOf(pids) - before) / count };
}

export const medians = (all: Measured[]): Measured => ({
  perSecond: median(all.map(({ perSecond }) => perSecond)),
  cpu: median(all.map(({ cpu }) => cpu)),
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** /proc counts in hundredths of a second. */
const MICROSECONDS_PER_TICK = 10_000;

interface Stat {
  parent: number;
  own: number;
  /** Of children that have ended. */
  children: number;
}

/**
 * User and system time that processes and all below them have taken so far, in microseconds: what noise spares, where rates
 * and latencies are those of a machine that others use too. NaN where there is no /proc.
 */
export function cpuOf(roots: number[]): number {
  if (!existsSync('/proc/self/stat')) return NaN;
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat) stats.set(Number(name), stat);
  }
  const belongs = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const parent = stats.get(pid)?.parent ?? 0;
    return parent > 1 && belongs(parent);
  };
  let ticks = 0;
  for (const [pid, { own, children }] of stats) if (belongs(pid)) ticks += own + children;
  return ticks * MICROSECONDS_PER_TICK;
}

/** Of one process; undefined when it has just ended. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const number = (at: number) => Number(fields[at]);
    return { parent: number(1), own: number(11) + number(12), children: number(13) + number(14) };
  } catch {
    return undefined;
  }
}

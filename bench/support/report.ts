/** One line of the report: what was measured, its floor in the same run, and the goal for their ratio. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  floor: { name: string; value: number };
  /** `atLeast`: more is better; `atMost`: less is better. */
  goal: { atLeast: number } | { atMost: number };
  /** Microseconds of all server processes, PostgreSQL's among them, for each unit: what noise spares. */
  cpu?: { value: number; atMost?: number; floor?: number };
  /** What a reader should know, such as which floor stood in for pgbench. */
  note?: string;
}

export const ratioOf = ({ value, floor }: Figure): number => value / floor.value;

export function meets(figure: Figure): boolean {
  const ratio = ratioOf(figure);
  return 'atLeast' in figure.goal ? ratio >= figure.goal.atLeast : ratio <= figure.goal.atMost;
}

const goalOf = ({ goal }: Figure): string => ('atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`);

const round = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

const cpuOf = ({ cpu }: Figure): string => {
  if (!cpu) return '';
  const goal = cpu.atMost === undefined ? '' : ` (goal ≤ ${cpu.atMost})`;
  const floor = cpu.floor === undefined ? '' : `, floor ${round(cpu.floor)} µs`;
  return `${round(cpu.value)} µs${goal}${floor}`;
};

/** A Markdown table, as docs/performance.md shows it. */
export function toTable(figures: Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${round(figure.value)} ${figure.unit}`,
    `${figure.floor.name}: ${round(figure.floor.value)} ${figure.unit}`,
    ratioOf(figure).toFixed(2),
    goalOf(figure),
    meets(figure) ? 'met' : 'missed',
    cpuOf(figure),
  ]);
  const table = [['path', 'measured', 'floor of the same run', 'ratio', 'goal', '', 'CPU each'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const notes = figures.filter(({ note }) => note).map(({ name, note }) => `- ${name}: ${note}`);
  return [line(table[0]!), rule, ...table.slice(1).map(line), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

import type { SingleBar } from 'cli-progress';
import type { Output } from './output.js';

/** How far long work has come. */
export interface Progress {
  at(done: number, total?: number): void;
  end(): void;
}

const SILENT: Progress = { at: () => undefined, end: () => undefined };

/**
 * A bar on standard error where that is a terminal; scripts see nothing of it.
 * @param total 0 where nobody knows: then it only counts
 */
export async function progress(out: Output, what: string, total: number): Promise<Progress> {
  if (out.json || !process.stderr.isTTY) return SILENT;
  const { default: cliProgress } = await import('cli-progress');
  const format = total === 0 ? `${what} {value}` : `${what} {bar} {percentage}% {value}/{total} {eta_formatted}`;
  const bar: SingleBar = new cliProgress.SingleBar(
    { format, hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  );
  bar.start(Math.max(1, total), 0);
  return {
    at: (done, whole) => {
      if (whole !== undefined) bar.setTotal(Math.max(1, whole));
      bar.update(done);
    },
    end: () => bar.stop(),
  };
}

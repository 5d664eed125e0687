import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ExpressionFault } from './expression.js';

/** What goes over to the process: JSON that was made once. */
export interface HostBatch {
  batch: number;
  inputs: (string | undefined)[];
  items: { expression: string; input: number; bindings?: string; check?: true }[];
}

/** One answer per item, in order; those that are missing were left, because others are to have their turn. */
export type HostAnswer = { json?: string; error?: undefined } | { error: ExpressionFault };

/** Whoever uses a {@link Host} is told of what becomes of its batches. */
export interface HostUser {
  answered(slot: number, batch: number, results: HostAnswer[]): void;
  /** It ended by itself, and with it all that was in hand. `worked`: it had answered or been given something before. */
  ended(): void;
}

/** Threads that a host has. */
export const SLOTS = 2;

const PROGRAM = new URL('./runtime/host.mjs', import.meta.url);

/** The process beside this one in which expressions are worked out: see runtime/host.mjs. */
export class Host {
  private readonly child: ChildProcess;
  private stopped = false;

  constructor(settings: { evaluation_ms: number; heap_mb: number }, user: HostUser) {
    this.child = fork(fileURLToPath(PROGRAM), [JSON.stringify(settings)], {
      // Nothing of this process's environment, which holds secrets, nor a way to make code of texts.
      env: {},
      execArgv: ['--disallow-code-generation-from-strings', '--disable-proto=delete'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    // This process ends without waiting for it; it ends when this one has.
    this.child.unref();
    this.child.channel?.unref();
    this.child.on('message', (message: { slot: number; batch: number; results: HostAnswer[] }) =>
      user.answered(message.slot, message.batch, message.results),
    );
    const ended = () => {
      if (this.stopped) return;
      this.stop();
      user.ended();
    };
    this.child.once('exit', ended);
    this.child.once('error', ended);
  }

  run(slot: number, batch: HostBatch): void {
    // It may be ending: then the batch is told of as ended with it.
    this.child.send({ slot, ...batch }, () => undefined);
  }

  stop(): void {
    this.stopped = true;
    this.child.kill('SIGKILL');
  }
}

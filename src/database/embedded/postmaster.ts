import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What a running server writes into its data directory. */
export interface Postmaster {
  pid: number;
  port: number;
}

const pidFile = (pgData: string): string => join(pgData, 'postmaster.pid');

/** The server whose pid file is there; undefined without one, or while it is being written. */
export function readPostmaster(pgData: string): Postmaster | undefined {
  try {
    const [pid, , , port] = readFileSync(pidFile(pgData), 'utf8').split('\n').map(Number);
    return pid && port ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a pid file that names a process which lives but is no PostgreSQL: after a crash of the machine or a restart
 * of a container the number is often taken again, and the server would refuse to start. A file whose process is gone
 * stays: the server itself judges that better (it also looks for orphans that still hold its shared memory).
 */
export function dropMisleadingPidFile(pgData: string): void {
  const server = readPostmaster(pgData);
  if (server && commandOf(server.pid)?.startsWith('postgres') === false) rmSync(pidFile(pgData), { force: true });
}

/** The name of a running program. Known on Linux only; elsewhere undefined, and the file stays. */
function commandOf(pid: number): string | undefined {
  try {
    const [command = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return command === '' ? undefined : basename(command);
  } catch {
    return undefined;
  }
}

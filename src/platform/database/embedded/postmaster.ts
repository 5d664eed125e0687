import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

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
 * Removes a pid file that would keep the server from starting although its process is no PostgreSQL: after a restart of
 * a machine or a container the number is often taken again, and under a careless init a killed server stays a zombie.
 * Never while anybody still holds the server's shared memory, such as a backend that outlived it. A file whose process
 * is gone stays: the server itself judges that. Linux only; elsewhere numbers are not taken again so soon.
 */
export function dropMisleadingPidFile(pgData: string): void {
  const server = readPostmaster(pgData);
  if (!server || !isSomethingElse(server.pid) || isMemoryHeld(pgData)) return;
  rmSync(pidFile(pgData), { force: true });
}

function isSomethingElse(pid: number): boolean {
  const status = read(`/proc/${pid}/status`);
  const name = /^Name:\t(.*)$/m.exec(status)?.[1];
  return name !== undefined && (!name.startsWith('postgres') || /^State:\t[ZX]/m.test(status));
}

/** Line 7 names the System V segment that only a server and its backends attach to. */
function isMemoryHeld(pgData: string): boolean {
  const segment = read(pidFile(pgData)).split('\n')[6]?.trim().split(/\s+/)[1];
  return read('/proc/sysvipc/shm')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, id, , , , , attached]) => id === segment && Number(attached) > 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

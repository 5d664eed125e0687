import { setTimeout as sleep } from 'node:timers/promises';
import { memoryPerSocket } from '../paths/memory.js';
import { startUp } from '../paths/start-up.js';
import { cpuOf } from '../support/cpu.js';
import { createDatabase } from '../support/database.js';
import { inProduct, type Ground } from '../support/ground.js';
import type { Bench } from '../support/rounds.js';

/** How long an idle server is watched. */
const IDLE_S = 20;

export async function measureMemory({ size, record }: Bench, { server }: Ground): Promise<void> {
  const memory = await memoryPerSocket(await createDatabase(server, 'bench_memory'), size(1000));
  record({
    name: 'memory per idle socket in 20 rooms',
    value: memory.product / 1024,
    unit: 'KiB',
    floor: { name: 'bare Socket.IO socket', value: memory.bare / 1024 },
    goal: { atMost: 1.4 },
  });
}

/** What PostgreSQL has to do for a server that nobody asks anything. */
export async function measureIdle({ record }: Bench, ground: Ground): Promise<void> {
  const { postmasterPid } = ground;
  await inProduct(ground, 'bench_idle', async () => {
    await sleep(10_000);
    const before = cpuOf([postmasterPid]);
    await sleep(IDLE_S * 1_000);
    record({
      name: "PostgreSQL's CPU time beside an idle server",
      value: (cpuOf([postmasterPid]) - before) / 1_000 / IDLE_S,
      unit: 'ms a second',
      floor: { name: 'the goal', value: 5 },
      goal: { atMost: 1 },
    });
  });
}

export async function measureStart({ record }: Bench): Promise<void> {
  const start = await startUp();
  record({
    name: 'second start to ready',
    value: start.product,
    unit: 's',
    floor: { name: 'PostgreSQL alone + empty Nest', value: start.floor },
    goal: { atMost: 1.6 },
    note: 'the goal in seconds is 3',
  });
}

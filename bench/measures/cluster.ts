import { Cluster } from '../paths/cluster.js';
import { prepareSenders, restSend } from '../paths/sends.js';
import { inTurns, medians, withCpu, type Bench, type Place } from '../support/rounds.js';

/**
 * Several processes on the cores of one.
 * @param embedded the whole product in one process
 * @param cluster where two that answer and one that works are to run
 */
export async function measureCluster(
  { rounds, size, record }: Bench,
  embedded: Place,
  cluster: { databaseUrl: string; redisUrl: string },
): Promise<void> {
  const roomCount = size(1_000);
  const count = size(100_000);
  const senders = await prepareSenders(embedded.tenant, await embedded.tenant.rooms(roomCount, 20, 500));
  const several = await Cluster.start({ ...cluster, postmasterPid: embedded.postmasterPid }, roomCount);
  await restSend(senders, size(20_000));
  await several.send(size(20_000));
  const pids = [embedded.productPid, embedded.postmasterPid];
  const { floors, values } = await inTurns(
    rounds,
    () => withCpu(pids, count, () => restSend(senders, count)),
    () => several.send(count),
  );
  const { worker, redis } = await several.shares(count);
  await several.stop();
  record({
    name: 'send by REST, two api processes and a worker',
    value: medians(values).perSecond,
    unit: '/s',
    floor: { name: 'one process, embedded', value: medians(floors).perSecond },
    goal: { atLeast: 0.9 },
    cpu: { value: medians(values).cpu, floor: medians(floors).cpu },
    note: `of each message's CPU the worker takes ${worker.toFixed(1)} µs, and Redis, which is not among it, ${redis.toFixed(1)} µs`,
  });
}

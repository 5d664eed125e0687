import type { CpuProfile } from './child.js';

/**
 * Whose work a stack is: the first frame from the top that a rule knows. Native calls, such as a write to a socket,
 * count for whoever made them.
 */
const STAGES: [name: string, frame: RegExp][] = [
  ['PostgreSQL driver (pg)', /node_modules\/(pg|pg-pool|pg-protocol|pg-types|postgres-[a-z]+)\//],
  [
    'sockets (socket.io, engine.io, ws)',
    /node_modules\/(socket\.io[a-z-]*|engine\.io[a-z-]*|ws)\/|src\/(gateway|realtime)\//,
  ],
  ['validation (class-validator, DTOs)', /node_modules\/class-validator\/|src\/common\/validation/],
  ['key check, caller, limits', /src\/clients\//],
  ['message path (service, gathering, rows to messages)', /src\/(messages|events|common\/coalescer|database)/],
  ['webhook client and signatures', /src\/providers\//],
  ['delivery engine and queue', /src\/(deliveries|notifications|queue)\/|node_modules\/bullmq\//],
  [
    'framework (Nest, Fastify)',
    /node_modules\/(@nestjs|fastify|find-my-way|avvio|secure-json-parse|fast-json-stringify|rxjs)\//,
  ],
  ['HTTP and TCP in Node', /^node:(_http|internal\/http|net|internal\/stream|internal\/streams|_stream)/],
];

export interface StageCost {
  name: string;
  /** Of the time in which the process was not idle. */
  share: number;
}

/** Sums a CPU profile up by stage, most expensive first. */
export function costsByStage(profile: CpuProfile): { costs: StageCost[]; busySeconds: number } {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const stageOf = (id: number): string => {
    const { functionName } = nodes.get(id)!.callFrame;
    if (functionName === '(garbage collector)') return 'garbage collection';
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { url } = nodes.get(at)!.callFrame;
      const stage = STAGES.find(([, frame]) => frame.test(url));
      if (stage) return stage[0];
    }
    return functionName === '(idle)' ? 'idle' : "Node's own (timers, microtasks, system)";
  };
  const totals = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const stage = stageOf(id);
    totals.set(stage, (totals.get(stage) ?? 0) + profile.timeDeltas[index]!);
  });
  totals.delete('idle');
  const busy = [...totals.values()].reduce((sum, time) => sum + time, 0);
  const costs = [...totals].map(([name, time]) => ({ name, share: time / busy }));
  return { costs: costs.sort((a, b) => b.share - a.share), busySeconds: busy / 1e6 };
}

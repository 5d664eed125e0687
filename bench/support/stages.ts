import type { CpuProfile } from './child.js';

/** What counts as one part of the work: frames of these packages, and of files of ours. */
interface Stage {
  name: string;
  frames?: RegExp;
  /** Files or folders under `src/`, as their paths begin. */
  sources?: string[];
}

/**
 * Whose work a stack is: the first frame from the top that a stage knows. Native calls, such as a write to a socket,
 * count for whoever made them.
 */
export const STAGES: Stage[] = [
  { name: 'PostgreSQL driver (pg)', frames: /node_modules\/(pg|pg-pool|pg-protocol|pg-types|postgres-[a-z]+)\// },
  {
    name: 'sockets (socket.io, engine.io, ws)',
    frames: /node_modules\/(socket\.io[a-z-]*|engine\.io[a-z-]*|ws)\//,
    sources: ['edge/gateway/', 'platform/realtime/'],
  },
  {
    name: 'validation (class-validator, DTOs)',
    frames: /node_modules\/class-validator\//,
    sources: ['platform/common/validation.', 'platform/common/field'],
  },
  { name: 'key check, caller, limits, Idempotency-Key', sources: ['tenancy/'] },
  {
    name: 'message path (service, gathering, rows to messages)',
    sources: ['messaging/', 'engine/events/', 'platform/common/coalescer.', 'platform/database/'],
  },
  { name: 'providers: webhook client, signatures, SMTP', sources: ['engine/providers/'] },
  { name: 'mail (nodemailer)', frames: /node_modules\/nodemailer\// },
  { name: 'counting of deliveries', sources: ['engine/deliveries/delivery-counts', 'delivery/analytics/'] },
  {
    name: 'routing, screening, admission',
    sources: ['engine/deliveries/routing/', 'engine/deliveries/attempts/screening.', 'engine/suppressions/'],
  },
  {
    name: 'delivery engine and queue',
    frames: /node_modules\/bullmq\//,
    sources: ['engine/deliveries/', 'delivery/', 'platform/queue/'],
  },
  {
    name: 'framework (Nest, Fastify)',
    frames: /node_modules\/(@nestjs|fastify|find-my-way|avvio|secure-json-parse|fast-json-stringify|rxjs)\//,
  },
  {
    name: 'HTTP and TCP in Node',
    frames: /^node:(_http|internal\/http|net|internal\/stream|internal\/streams|_stream)/,
  },
];

const knows = ({ frames, sources = [] }: Stage, url: string): boolean =>
  frames?.test(url) === true || sources.some((path) => url.includes(`/dist/src/${path}`));

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
      const stage = STAGES.find((one) => knows(one, url));
      if (stage) return stage.name;
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

import { writeFileSync } from 'node:fs';
import { Nodes, type NodeCosts } from '../paths/nodes.js';
import { plot } from '../support/plot.js';
import type { Bench } from '../support/rounds.js';

const API_PROCESSES = [2, 4, 8];

/**
 * What a message costs the nodes that it does not concern. Each room's readers are on one node. Drawn into docs/nodes.svg.
 * @param databaseFor a database with its schema, of nobody else
 */
export async function measureNodes(
  { size, record }: Bench,
  databaseFor: (processes: number) => Promise<string>,
  redisUrl: string,
): Promise<void> {
  const count = size(10_000);
  const measured: [processes: number, costs: NodeCosts][] = [];
  for (const processes of API_PROCESSES) {
    const nodes = await Nodes.start({ databaseUrl: await databaseFor(processes), redisUrl }, processes);
    const costs = await nodes.measure(count);
    await nodes.stop();
    measured.push([processes, costs]);
    const { sender, reader, bystander } = costs;
    const all = sender + reader + (processes > 2 ? bystander * (processes - 2) : 0);
    record({
      name: `CPU for a message of all ${processes} api processes`,
      value: all,
      unit: 'µs',
      floor: { name: 'of the sender and the reader alone', value: sender + reader },
      goal: { atMost: 1.1 },
      note: `sender ${sender.toFixed(1)} µs, reader ${reader.toFixed(1)} µs, each of the others ${processes > 2 ? bystander.toFixed(1) : '–'} µs`,
    });
  }
  draw(measured);
}

function draw(measured: [processes: number, costs: NodeCosts][]): void {
  const line = (name: string, colour: string, of: keyof NodeCosts) => ({
    name,
    colour,
    points: measured.map(([processes, costs]): [number, number] => [processes, costs[of]]),
  });
  const svg = plot('CPU of each node for a message', { x: 'api processes', y: 'µs' }, [
    line('the sender', '#0b6', 'sender'),
    line('the reader', '#06b', 'reader'),
    line('each other', '#888', 'bystander'),
  ]);
  writeFileSync('docs/nodes.svg', svg);
}

import type { TestApp } from './app.js';
import { until } from './until.js';

/** The operator's way to /admin/queues: any name, and the admin key as password. */
export const basic = (password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}`,
});

interface BoardQueue {
  name: string;
  counts: Record<string, number>;
  jobs: { id: string; name: string }[];
}

/** The queues as the board shows them, with the jobs of one in one state when both are named. */
export async function queuesOf(app: TestApp, queue = '', state = ''): Promise<BoardQueue[]> {
  const path = `//admin/queues/api/queues?activeQueue=${encodeURIComponent(queue)}&status=${state}&page=1&jobsPerPage=50`;
  const { status, body } = await app.request('GET', path, { headers: basic(app.admin().key) });
  if (status !== 200) throw new Error(`The board answers ${status}: ${JSON.stringify(body)}`);
  return body.queues as BoardQueue[];
}

/** Promotes a job that waits for its time, as an operator does on the board, whichever queue it is in. */
export async function runNow(app: TestApp, job: string): Promise<void> {
  await until(`the job ${job}`, async () => {
    for (const { name } of await queuesOf(app)) {
      const [queue] = (await queuesOf(app, name, 'delayed')).filter((one) => one.name === name);
      const waiting = queue!.jobs.find((one) => one.name === job);
      if (!waiting) continue;
      const path = `//admin/queues/api/queues/${name}/${encodeURIComponent(waiting.id)}/promote`;
      return (await app.request('PUT', path, { headers: basic(app.admin().key) })).status < 300;
    }
    return false;
  });
}

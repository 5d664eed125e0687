import { PostgresConnection, PostgresQueueBackend } from 'bullmq';
import type { QueueBaseOptions } from 'bullmq';
import type pg from 'pg';

type ListenClient = Awaited<ReturnType<PostgresConnection['getListenClient']>>;

/**
 * BullMQ's connection for all queues and workers of an application: one pool, and one connection on which all workers hear
 * of jobs, each of those of its queue. By BullMQ's own factory each would take one.
 */
export class SharedConnection extends PostgresConnection {
  private prepared: ListenClient | undefined;

  /** @param pool whose schema is known to be BullMQ's */
  constructor(pool: pg.Pool) {
    super(pool);
    // Each worker listens for its errors.
    this.setMaxListeners(0);
  }

  /** Nothing is asked: a database that was away just then would break it for good. */
  override async waitUntilReady(): Promise<void> {}

  override async getListenClient(): Promise<ListenClient> {
    const client = await super.getListenClient();
    if (this.prepared !== client) prepare((this.prepared = client));
    return client;
  }
}

function prepare(client: ListenClient): void {
  // Each worker listens while it waits.
  (client as pg.PoolClient).setMaxListeners(0);
  // Each says so by a statement, of which a connection takes one at a time.
  const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
  let latest: Promise<unknown> = Promise.resolve();
  client.query = ((...args: unknown[]) => {
    const next = (): Promise<unknown> => query(...args);
    return (latest = latest.then(next, next));
  }) as typeof client.query;
}

/** What one queue or one worker has of it. It ends alone: the connection is everybody's. */
export class SharedQueueBackend extends PostgresQueueBackend {
  constructor(
    connection: SharedConnection,
    name: string,
    options: QueueBaseOptions<unknown>,
    /** Names of the queues that have a worker here. */
    private readonly workers: Iterable<string>,
    isWorker: boolean,
  ) {
    // BullMQ's word for who is told when the connection is cut: who waits on it. A queue that comes and goes leaves nothing there.
    super(connection, name, options as QueueBaseOptions<pg.Pool>, isWorker);
  }

  override close(): Promise<void> {
    this.closing ??= this.disconnectBlocking();
    return this.closing;
  }

  override disconnect(): Promise<void> {
    return this.disconnectBlocking();
  }

  /** For the queue board. BullMQ reads it from the names of connections, of which there is one; nor is there another process. */
  override async getClientList(): Promise<string[]> {
    return [Array.from(this.workers, (name) => `name=${name}`).join('\n')];
  }
}

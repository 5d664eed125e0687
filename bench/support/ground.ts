import { createDatabase } from './database.js';
import { Product, type Tenant } from './product.js';
import type { Place } from './rounds.js';

/** PostgreSQL, where parts have databases of their own. */
export interface Ground {
  server: string;
  postmasterPid: number;
}

/** A server with a tenant, and the PostgreSQL that its database is one of. */
export interface Site extends Place, Ground {
  /** One more, of the same server. */
  another: () => Promise<Tenant>;
}

/** The whole product on a database of its own. With Redis that is migrated beforehand, as a cluster asks. */
export async function inProduct(
  ground: Ground,
  name: string,
  work: (site: Site) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const databaseUrl = await createDatabase(ground.server, name, { migrate: env.REDIS_URL !== undefined });
  const product = await Product.start(databaseUrl, { env });
  try {
    const { pid } = product.child.process;
    const another = () => product.tenant();
    await work({ ...ground, databaseUrl, tenant: await another(), another, productPid: pid! });
  } finally {
    await product.stop();
  }
}

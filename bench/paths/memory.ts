import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { Product } from '../support/product.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';

const BARE = fileURLToPath(new URL('../floors/bare-sockets.js', import.meta.url));
const ROOMS_EACH = 20;

/** @returns bytes per idle connection in 20 rooms, after a collection: the product's, and bare Socket.IO's */
export async function memoryPerSocket(databaseUrl: string, connections: number) {
  return { product: await ofProduct(databaseUrl, connections), bare: await ofBare(connections) };
}

async function ofProduct(databaseUrl: string, connections: number): Promise<number> {
  const product = await Product.start(databaseUrl, { node: ['--inspect=0'] });
  try {
    const tenant = await product.tenant();
    // Each user is in the ROOMS_EACH rooms of the group of users that it belongs to.
    const groupSize = 100;
    const users = Array.from({ length: connections }, (_, index) => `idle-${index}`);
    for (let start = 0; start < connections; start += groupSize) {
      const members = users.slice(start, start + groupSize);
      await Promise.all(Array.from({ length: ROOMS_EACH }, (_, n) => tenant.room(`Idle ${start} ${n}`, members)));
    }
    const keys: string[] = [];
    for (const user of users) keys.push(await tenant.login(user));
    const connect = (index: number) => LoadSocket.open(product.port, '/sockets', { api_key: keys[index]! });
    return await growth(product.child, connections, connect);
  } finally {
    await product.stop();
  }
}

async function ofBare(connections: number): Promise<number> {
  const bare = await Child.start(['--inspect=0', BARE], { ROOMS_EACH: String(ROOMS_EACH) });
  try {
    await bare.ready('/');
    return await growth(bare, connections, () => LoadSocket.open(bare.port, '/sockets'));
  } finally {
    await bare.stop();
  }
}

async function growth(child: Child, connections: number, open: (index: number) => Promise<LoadSocket>) {
  // Whatever the first connections make once is not counted to the others.
  const warm = await openSockets(50, open);
  const before = await child.memory();
  const sockets = await openSockets(connections - 50, (index) => open(index + 50));
  const after = await child.memory();
  await Promise.all([...warm, ...sockets].map((socket) => socket.close()));
  return (after.used - before.used) / (connections - 50);
}

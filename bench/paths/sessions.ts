import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { httpLoad, type HttpRequest } from '../support/http-load.js';
import type { Tenant } from '../support/product.js';
import { withCpu, type Measured } from '../support/rounds.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';

const BARE_SOCKETS = fileURLToPath(new URL('../floors/bare-sockets.js', import.meta.url));
const BARE_LOGINS = fileURLToPath(new URL('../floors/bare-logins.js', import.meta.url));

const ROOMS_EACH = 20;
const CONNECTIONS = 64;
const GROUP = 100;

/** People who come: over a socket with a key that the server has seen before, or to log in. */
export class Sessions {
  private constructor(
    private readonly tenant: Tenant,
    private readonly users: string[],
    private readonly keys: string[],
    private readonly bareSockets: Child,
    private readonly bareLogins: Child,
    private readonly postmasterPid: number,
  ) {}

  /** `count` users in {@link ROOMS_EACH} rooms each. */
  static async prepare(
    tenant: Tenant,
    count: number,
    { databaseUrl, postmasterPid }: { databaseUrl: string; postmasterPid: number },
  ): Promise<Sessions> {
    const users = Array.from({ length: count }, (_, index) => `comer-${index}`);
    for (let start = 0; start < count; start += GROUP) {
      const members = users.slice(start, start + GROUP);
      await Promise.all(Array.from({ length: ROOMS_EACH }, (_, n) => tenant.room(`Session ${start} ${n}`, members)));
    }
    const keys: string[] = [];
    for (const user of users) keys.push(await tenant.login(user));
    const bareSockets = await Child.start([BARE_SOCKETS], { ROOMS_EACH: String(ROOMS_EACH) });
    const bareLogins = await Child.start([BARE_LOGINS], { DATABASE_URL: databaseUrl });
    await Promise.all([bareSockets.ready('/'), bareLogins.ready('/')]);
    return new Sessions(tenant, users, keys, bareSockets, bareLogins, postmasterPid);
  }

  connect(): Promise<Measured> {
    const { port, server } = this.tenant;
    return this.open(server, (index) => LoadSocket.open(port, '/sockets', { api_key: this.keys[index]! }));
  }

  /** A bare Socket.IO server that knows nobody and joins each to as many rooms. */
  connectFloor(): Promise<Measured> {
    return this.open(this.bareSockets, () => LoadSocket.open(this.bareSockets.port, '/sockets'));
  }

  /** Each time another user, who has a key already. */
  login(count: number): Promise<Measured> {
    const headers = { authorization: `Bearer ${this.tenant.masterKey}` };
    return this.ask(this.tenant.server, count, (n) => ({
      method: 'POST',
      path: '/api/v1/auth/login',
      headers,
      body: JSON.stringify({ user_id: this.users[n % this.users.length] }),
    }));
  }

  /** A bare server that makes a secret, hashes it as we do, and replaces a row. */
  loginFloor(count: number): Promise<Measured> {
    return this.ask(this.bareLogins, count, (n) => ({ method: 'POST', path: `/${n % this.users.length}` }));
  }

  async stop(): Promise<void> {
    await Promise.all([this.bareSockets.stop(), this.bareLogins.stop()]);
  }

  private async open(server: Child, connect: (index: number) => Promise<LoadSocket>): Promise<Measured> {
    let opened: LoadSocket[] = [];
    const count = this.users.length;
    const measured = await withCpu([server.process.pid!, this.postmasterPid], count, async () => {
      const started = performance.now();
      opened = await openSockets(count, connect, CONNECTIONS);
      return count / ((performance.now() - started) / 1000);
    });
    await Promise.all(opened.map((socket) => socket.close()));
    return measured;
  }

  private ask(server: Child, count: number, next: (n: number) => HttpRequest): Promise<Measured> {
    return withCpu([server.process.pid!, this.postmasterPid], count, async () => {
      const { statuses, perSecond } = await httpLoad({
        port: server.port,
        connections: CONNECTIONS,
        requests: count,
        next,
      });
      if (statuses.size !== 1 || [...statuses.keys()][0]! >= 300) throw new Error(JSON.stringify([...statuses]));
      return perSecond;
    });
  }
}

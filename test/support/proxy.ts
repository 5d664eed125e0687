import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between the application and a server, and can cut them off from each other. */
export class Proxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private readonly server = createServer((from) => {
    if (this.isCut) return from.resetAndDestroy();
    const to = connect(this.port, this.host);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
    from.pipe(to).pipe(from);
    return undefined;
  });

  private constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  /** In front of the host of `url`. */
  static async start(url: string): Promise<Proxy> {
    const { hostname, port } = new URL(url);
    const proxy = new Proxy(hostname, Number(port));
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** `url` as it is reached through here. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String((this.server.address() as AddressInfo).port);
    return changed.href;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Lets nothing more through on the connections there are, and ends none: as a path that vanished. New ones work. */
  hang(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  mend(): void {
    this.isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

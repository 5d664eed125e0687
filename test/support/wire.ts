import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A path to one of several servers, that breaks in every way in which paths do. */
export class Wire {
  private readonly pairs = new Set<[Socket, Socket]>();
  private target: URL;
  private isCut = false;
  private readonly server = createServer((from) => {
    if (this.isCut) return from.resetAndDestroy();
    const to = connect(Number(this.target.port), this.target.hostname);
    const pair: [Socket, Socket] = [from, to];
    this.pairs.add(pair);
    for (const [one, other] of [pair, [to, from] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.pairs.delete(pair);
        other.destroy();
      });
    }
    from.pipe(to).pipe(from);
    return undefined;
  });

  private constructor(target: string) {
    this.target = new URL(target);
  }

  static async to(target: string): Promise<Wire> {
    const wire = new Wire(target);
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends all connections; new ones are refused until {@link mend}. */
  cut(): void {
    this.isCut = true;
    this.drop();
  }

  /** Ends all connections; new ones work, and lead there. */
  mend(target: string): void {
    this.isCut = false;
    this.target = new URL(target);
    this.drop();
  }

  /** The connections there are carry nothing more, and nobody is told. New ones work. */
  hang(): void {
    for (const [from, to] of this.pairs) for (const socket of [from, to]) socket.unpipe().pause();
  }

  /** The connections there are carry what is asked, and no answer. */
  mute(): void {
    for (const [, to] of this.pairs) to.unpipe().resume();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private drop(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy();
  }
}

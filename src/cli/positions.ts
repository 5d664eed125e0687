/** How far a stream has been applied. */
export interface Position {
  epoch: string;
  rev: number;
}

/** What is to be done with an event: show it, pass over it (it was shown), or ask for what is missing before it. */
export type Verdict = 'next' | 'old' | 'gap';

/** The positions of streams, as docs/realtime.md says that clients keep them. */
export class Positions {
  private readonly held = new Map<string, Position>();

  get(stream: string): Position | undefined {
    return this.held.get(stream);
  }

  set(stream: string, { epoch, rev }: Position): void {
    this.held.set(stream, { epoch, rev });
  }

  drop(stream: string): void {
    this.held.delete(stream);
  }

  /** Streams, by their prefix. */
  *of(prefix: string): Generator<[id: string, position: Position]> {
    for (const [stream, position] of this.held) {
      if (stream.startsWith(prefix)) yield [stream.slice(prefix.length), position];
    }
  }

  /** Moves on by an event, where it is the next one. The first one of a stream that nothing is known of begins it. */
  take(stream: string, { epoch, rev }: Position): Verdict {
    const position = this.held.get(stream);
    if (position && position.epoch !== epoch) return 'gap';
    if (position && rev <= position.rev) return 'old';
    if (position && rev > position.rev + 1) return 'gap';
    this.set(stream, { epoch, rev });
    return 'next';
  }

  /** Does another one stand further? */
  isBehind(stream: string, head: Position): boolean {
    const position = this.held.get(stream);
    return position !== undefined && (position.epoch !== head.epoch || position.rev < head.rev);
  }
}

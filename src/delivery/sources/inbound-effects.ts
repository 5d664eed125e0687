import { Injectable } from '@nestjs/common';
import type { InboundResultDto } from './sources.dto.js';

/** An event that came to a source, as what follows from it sees it. */
export interface InboundEvent {
  client_id: string;
  id: string;
  source_id: string;
  /** How its source is verified. */
  template: string;
  external_id: string | null;
  type: string | null;
  headers: Record<string, string>;
  payload: unknown;
  /** How many requests of ours stand behind it. */
  hops: number;
  created_at: Date;
}

/** A result as it is kept. */
export interface KeptResult extends InboundResultDto {
  /** What the action was, by which it is found again when its rule was changed. Nobody is shown it. */
  digest?: string;
}

export const shownResult = ({ digest: _, ...result }: KeptResult): InboundResultDto => result;

/** How far an event has come, over all times that it was worked on. */
export interface InboundProgress {
  /** What was done so far: without an error, it is not to be done again. Of a result that is added to, the later one counts. */
  readonly results: readonly KeptResult[];
  /** Puts a result on record, in place of an earlier one of the same action. */
  record(result: KeptResult): void;
  /** Keeps the record, and the claim. @throws Error when somebody else works on the event by now */
  save(): Promise<void>;
}

/** Who makes something follow from events: registers with {@link InboundEffects}. */
export interface InboundEffect {
  /**
   * Worked on once, or again after a crash and when it is replayed: it must come to the same.
   * @throws what passes by itself, such as a database that is away: the event is worked on again later
   */
  run(event: InboundEvent, progress: InboundProgress): Promise<void>;
}

/** All that follows from events, in the order in which it was registered. */
@Injectable()
export class InboundEffects {
  private readonly effects: InboundEffect[] = [];

  register(effect: InboundEffect): void {
    this.effects.push(effect);
  }

  async run(event: InboundEvent, progress: InboundProgress): Promise<void> {
    for (const effect of this.effects) await effect.run(event, progress);
  }
}

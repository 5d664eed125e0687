import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { Progress, RecoveryRow } from './recoveries.repository.js';

/** `kind` of recoveries of deliveries by a filter. */
export const OF_DELIVERIES = 'deliveries';

/** Finds what is to be recovered, and sends it; registered by the room that knows it. */
export interface RecoveryKind {
  readonly kind: string;
  /**
   * Sends the next ones, in the transaction that also writes how far it came: so each is sent once, whoever is killed when.
   * @param limit of those that are sent
   */
  goOn(tx: Tx, recovery: RecoveryRow, limit: number): Promise<Progress>;
}

@Injectable()
export class RecoveryKinds {
  private readonly kinds = new Map<string, RecoveryKind>();

  register(kind: RecoveryKind): void {
    if (this.kinds.has(kind.kind)) throw new Error(`There are two kinds of recoveries called ${kind.kind}.`);
    this.kinds.set(kind.kind, kind);
  }

  get(kind: string): RecoveryKind {
    const found = this.kinds.get(kind);
    if (!found) throw new Error(`There is no kind of recoveries called ${kind}.`);
    return found;
  }
}

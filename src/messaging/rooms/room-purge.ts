import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';

/** What a feature keeps of a room, for when the room goes for good. Foreign keys that cascade need none. */
export interface RoomPart {
  /**
   * Deletes up to `limit` rows of the room.
   * @returns how many went; fewer than `limit`: there are no more
   */
  purge(tx: Tx, clientId: string, roomId: string, limit: number): Promise<number>;
}

/** Who has rows of rooms: features register here, and whoever ends a room asks them batch by batch. */
@Injectable()
export class RoomPurge {
  private readonly parts: RoomPart[] = [];

  register(part: RoomPart): void {
    this.parts.push(part);
  }

  /**
   * One batch of at most `limit` rows. What was registered later stands higher, and goes first.
   * @returns false: nothing is left but the room itself
   */
  async purgeSome(tx: Tx, clientId: string, roomId: string, limit: number): Promise<boolean> {
    for (const part of this.parts.toReversed()) {
      if ((await part.purge(tx, clientId, roomId, limit)) > 0) return true;
    }
    return false;
  }
}

import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/common/coalescer.js';
import { notFound } from '../../platform/common/problem.js';
import { isMember, toRoomMe } from '../rooms/membership/own-side.js';
import type { RoomMeDto } from '../rooms/membership/own-side.dto.js';
import {
  MarkersRepository,
  type Marked,
  type MarkerMove,
  type MovedMarkers,
} from '../rooms/membership/markers.repository.js';
import { ReceiptsRepository } from './receipts.repository.js';

const GATHERED = { maxBatch: 200, maxWaiting: 10_000, maxWaitingPerTenant: 4_000 };

/** What came of a move: what has changed, and the member's own side as it stands. */
interface Outcome {
  moved: MovedMarkers;
  me: RoomMeDto;
}

/**
 * Moves members' markers, those that come at once together: when a message arrives, many have read it at the same moment.
 * Of one member each batch holds one move, folded of all that came.
 */
@Injectable()
export class Markers {
  private readonly moves = new Coalescer<MarkerMove, Outcome>({
    ...GATHERED,
    name: 'receipts',
    keyOf,
    run: (moves) => this.run(moves),
  });

  constructor(
    private readonly markers: MarkersRepository,
    private readonly repository: ReceiptsRepository,
  ) {}

  /** @throws Problem `not_found` for a room that the user is no member of, `overloaded` */
  move(move: MarkerMove): Promise<Outcome> {
    return this.moves.add(move.client_id, move);
  }

  private async run(moves: MarkerMove[]): Promise<(Outcome | Error)[]> {
    const folded = new Map<string, MarkerMove>();
    for (const move of moves) {
      const before = folded.get(keyOf(move));
      folded.set(keyOf(move), before ? fold(before, move) : move);
    }
    const moved = await this.apply([...folded.values()]);
    const sides = await this.ownSides([...moved.values()]);
    return moves.map((move) => {
      const key = keyOf(move);
      const me = sides.get(key);
      return me ? { moved: moved.get(key)!, me } : notFound('room');
    });
  }

  private async apply(moves: MarkerMove[]): Promise<Map<string, MovedMarkers>> {
    const moved = new Map((await this.markers.moveFree(moves)).map((one) => [keyOf(one), one]));
    for (const move of moves) {
      if (moved.has(keyOf(move))) continue;
      // Held by a send, or no member: a row of its own finds out.
      const one = await this.markers.moveOne(move);
      if (one) moved.set(keyOf(one), one);
    }
    return moved;
  }

  private async ownSides(members: Marked[]): Promise<Map<string, RoomMeDto>> {
    if (members.length === 0) return new Map();
    const rows = await this.repository.ownSides(members);
    return new Map(rows.flatMap((row) => (isMember(row) ? [[keyOf(row), toRoomMe(row, row.last_seq)]] : [])));
  }
}

function keyOf({ client_id, room_id, user_pk }: Marked): string {
  return `${client_id} ${room_id} ${user_pk}`;
}

/** One move in place of two: places that were reached stay reached, and of marking and looking the later one holds. */
function fold(first: MarkerMove, then: MarkerMove): MarkerMove {
  const furthest = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b));
  return {
    ...then,
    read: furthest(first.read, then.read),
    private_read: furthest(first.private_read, then.private_read),
    delivered: furthest(first.delivered, then.delivered),
    unread_from: then.unread_from ?? (then.looked ? null : first.unread_from),
    looked: first.looked || then.looked,
  };
}

import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { KeysService } from '../../tenancy/keys/keys.service.js';
import { limits } from '../../platform/config/limits.js';
import { channels } from '../../platform/realtime/realtime.publisher.js';
import { Polls } from './polls.js';
import type { PollDto, PolledDto, ResumeAnswerDto, ResumeDto, RoomPositionDto } from './sync.dto.js';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';

/** When to ask again: after news, after waiting for them in vain, without waiting, and where nobody may wait any more. */
const SOON_MS = 0;
const WAITED_MS = 100;
const NOT_WAITED_MS = 5_000;
const CROWDED_MS = 30_000;
/** So many times what woke somebody turns out to be nothing for it. */
const MOST_LOOKS = 20;

/** Who waits, beyond what one look at its key has shown. */
export interface Asker {
  apiKey: string;
  /** Aborted when it hangs up before it is answered. */
  gone: AbortSignal;
}

/** Catching up over REST: what a socket's `sync.resume` answers, at once or when there is something. */
@Injectable()
export class PollingService {
  constructor(
    private readonly sync: SyncService,
    private readonly repository: SyncRepository,
    private readonly polls: Polls,
    private readonly keys: KeysService,
  ) {}

  /** @throws Problem `invalid_key`, `client_suspended` when the key ends while its caller waits */
  async poll(caller: Caller, { timeout_s = 0, ...asked }: PollDto, { apiKey, gone }: Asker): Promise<PolledDto> {
    const until = performance.now() + timeout_s * 1_000;
    let answer = await this.look(caller, asked);
    const waits = timeout_s > 0 && !hasNews(answer) && this.polls.hasRoomFor(caller.keyId);
    for (let looks = 0; waits && looks < MOST_LOOKS && !hasNews(answer); looks++) {
      const ms = until - performance.now();
      if (ms <= 0 || gone.aborted) break;
      const listened = { caller, channels: channelsOf(caller, asked), ms, gone };
      await this.polls.wait(listened, async () => hasNews((answer = await this.look(caller, asked))));
      if (hasNews(answer)) break;
      // What was said since may be none of its business any more.
      await this.keys.authenticate(apiKey);
      answer = await this.look(caller, asked);
    }
    // Whatever was found by now: the key may have ended before it was said.
    if (timeout_s > 0) await this.keys.authenticate(apiKey);
    const crowded = timeout_s > 0 && !waits && !hasNews(answer);
    const next_poll_ms = hasNews(answer) ? SOON_MS : waits ? WAITED_MS : crowded ? spread(CROWDED_MS) : NOT_WAITED_MS;
    return { ...answer, next_poll_ms };
  }

  /** Of more rooms than one answer holds, those with news; the others are to be asked for again. */
  private async look(caller: Caller, asked: ResumeDto): Promise<ResumeAnswerDto> {
    const rooms = asked.rooms ?? [];
    if (rooms.length <= limits.resume_rooms) return this.sync.resume(caller, asked);
    const moved = await this.moved(caller, rooms);
    const answer = await this.sync.resume(caller, { ...asked, rooms: moved.slice(0, limits.resume_rooms) });
    // With nothing new there is nothing to ask again for.
    return { ...answer, more: moved.length > 0 || answer.more };
  }

  private async moved({ clientId, user }: Caller, rooms: RoomPositionDto[]): Promise<RoomPositionDto[]> {
    const ids = rooms.map(({ room_id }) => room_id.toLowerCase());
    const heads = await this.repository.findPositions(clientId, user?.user_pk ?? null, ids);
    return rooms.filter(({ room_id, epoch, rev }) => {
      const head = heads.get(room_id.toLowerCase());
      return head !== undefined && (head.epoch !== epoch || head.rev !== rev);
    });
  }
}

/** Is there anything that the caller does not have? */
const hasNews = ({ user, rooms, more }: ResumeAnswerDto): boolean =>
  more || [...(user ? [user] : []), ...rooms].some(({ recovered, events }) => !recovered || events!.length > 0);

/** Where what is asked for is told. */
function channelsOf(caller: Caller, { rooms = [] }: ResumeDto): string[] {
  const own = caller.user ? [channels.user(caller.user.user_pk)] : [];
  const ofRoom = may(caller, 'read_messages') ? channels.room : channels.roomWithoutMessages;
  return [...own, ...rooms.map(({ room_id }) => ofRoom(room_id.toLowerCase()))];
}

const spread = (ms: number): number => Math.round(ms * (0.5 + Math.random()));

import { Bool, Int, NestedList, OneOf, Text, TextList, Time, UserId } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';

export const CHOSEN_STATES = ['online', 'away', 'dnd', 'invisible'] as const;
/** What a user chooses to show while there. */
export type ChosenState = (typeof CHOSEN_STATES)[number];

export const STATES = ['online', 'away', 'dnd', 'offline'] as const;
/** What others see. */
export type State = (typeof STATES)[number];

const TEXT = { max: 'name_chars', nullable: true, example: 'In a meeting' } as const;
const USER_IDS = { max: 'page', maxChars: 'user_id_chars', example: ['alice', 'bob'] } as const;

/** Fields left out stay as they are. */
export class SetPresenceDto {
  @OneOf(CHOSEN_STATES, {
    optional: true,
    description: 'Holds until it is set again, on all devices. `invisible`: others see `offline`.',
    example: 'away',
  })
  state?: ChosenState;

  @Text({ ...TEXT, optional: true, description: 'What others read beside the state; null clears it.' })
  text?: string | null;
}

/** A user's presence as the user itself sees it. */
export class OwnPresenceDto {
  @UserId()
  user_id: UserId;

  @OneOf(CHOSEN_STATES, { description: 'As it was set.', example: 'online' })
  state: ChosenState;

  @Text(TEXT)
  text: string | null;

  @Time({ nullable: true })
  last_seen_at: string | null;

  @Int({ description: 'Who has no socket sends the next heartbeat within this.', example: 30_000 })
  next_heartbeat_ms: number;
}

/** A user's presence as others see it. */
export class PresenceDto {
  @UserId()
  user_id: UserId;

  @OneOf(STATES, { example: 'online' })
  state: State;

  @Text(TEXT)
  text: string | null;

  @Time({ nullable: true, description: 'Of who is there: now. null: never yet.' })
  last_seen_at: string | null;
}

/** Body of `presence.updated`, and the answer of `presence.subscribe`. */
export class PresencesDto {
  @NestedList(() => PresenceDto, { max: 'presence_subscriptions' })
  users: PresenceDto[];
}

export class PresenceQueryDto extends PageQueryDto {
  @TextList({
    ...USER_IDS,
    optional: true,
    query: true,
    description:
      'With commas between, or named several times: these, in whatever state. Left out: who is there of the people in your 200 newest rooms of up to 100 members.',
  })
  user_ids?: UserId[];
}

export class GetPresenceDto extends PageQueryDto {
  @TextList({ ...USER_IDS, optional: true, description: 'As in `GET /presence/online`.' })
  user_ids?: UserId[];
}

export class SubscribePresenceDto {
  @TextList({ ...USER_IDS, max: 'presence_subscriptions', description: 'People who share a room with the user.' })
  user_ids: UserId[];

  @Bool({
    optional: true,
    default: false,
    description: 'True: these and no others. Else they are added to those of earlier calls.',
  })
  replace?: boolean;
}

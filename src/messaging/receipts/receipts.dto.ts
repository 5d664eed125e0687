import { Bool, Int, NestedList, Text, UserId, Uuid } from '../../platform/common/fields.js';

/** In larger rooms markers would outweigh everything else: nobody is told of them. */
export const RECEIPTS_MEMBERS = 100;

/** A member's up-to markers, as others see them. */
export class ReceiptDto {
  @UserId()
  user_id: UserId;

  @Int({})
  last_read_seq: number;

  @Int({})
  last_delivered_seq: number;
}

/** A member's markers in lists. */
export class MemberReceiptDto extends ReceiptDto {
  @Uuid()
  room_id: string;

  @Text({ nullable: true, max: 'name_chars' })
  display_name: string | null;
}

const SEQ = {
  optional: true,
  description: "Beyond the room's last it is that one. This or `message_id`.",
  example: 42,
} as const;
const MESSAGE = { optional: true, description: 'Instead of `seq`.', example: undefined } as const;

export class MarkDto {
  @Int(SEQ)
  seq?: number;

  @Uuid(MESSAGE)
  message_id?: string;

  @Bool({ optional: true, description: 'Moves what only its owner sees.' })
  private?: boolean;
}

/** `receipt.delivered`. */
export class MarkOfRoomDto extends MarkDto {
  @Uuid()
  room_id: string;
}

/** `receipt.read`. */
export class MarkReadOfRoomDto extends MarkDto {
  @Uuid()
  room_id: string;
}

/** Body of `receipt.updated`. */
export class ReceiptUpdatedDto extends ReceiptDto {
  @Uuid()
  room_id: string;
}

export class RoomUnreadDto {
  @Uuid()
  room_id: string;

  @Int({ description: 'Places beyond the own marker.' })
  unread: number;

  @Int({ description: 'Of these, those that mention the user or everybody.' })
  mentions: number;
}

/** Body of `unread.updated`, all of it absolute. */
export class UnreadUpdatedDto extends RoomUnreadDto {
  @Int({ description: 'The own marker: `unread` are the places beyond it.' })
  last_read_seq: number;

  @Int({ description: 'Over all rooms that are neither muted nor hidden, without silent messages.' })
  total_unread: number;
}

/** The most rooms that one answer lists. */
export const UNREAD_ROOMS = 5_000;

export class UnreadDto {
  @Int({
    description:
      'Over all rooms that are neither muted nor hidden, without silent messages; of those with `mentions_only` the mentions.',
  })
  total_unread: number;

  @Int({ description: 'Over the same rooms.' })
  total_mentions: number;

  @NestedList(() => RoomUnreadDto, {
    max: UNREAD_ROOMS,
    description: 'Those with anything unread, the most recent first.',
  })
  rooms: RoomUnreadDto[];
}

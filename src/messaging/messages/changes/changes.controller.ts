import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../../tenancy/access/request.js';
import { PageQueryDto, type Page } from '../../../platform/common/pagination.js';
import type { ProblemCode } from '../../../platform/common/problem.js';
import { Route, type RouteOptions, Tag } from '../../../tenancy/access/route.js';
import { DeletionsService } from './deletions.service.js';
import { EditsService } from './edits.service.js';
import { MESSAGES } from '../messages.controller.js';
import { DeleteMessageQueryDto, EditMessageDto, MessageVersionDto } from './changes.dto.js';
import { MessageDto, type SeenMessage } from '../messages.dto.js';
import { VersionsService } from './versions.service.js';

/** What an edit can be refused with. */
export const EDIT_ERRORS: ProblemCode[] = [
  'not_found',
  'insufficient_role',
  'user_banned',
  'user_unavailable',
  'room_frozen',
  'room_inactive',
  'conflict',
  'message_rejected',
  'hook_unavailable',
  'overloaded',
];
export const DELETE_ERRORS: ProblemCode[] = ['not_found', 'insufficient_role'];

const EDIT: Omit<RouteOptions, 'summary'> = {
  access: 'send_messages',
  answer: MessageDto,
  errors: EDIT_ERRORS,
  limited: 'messages',
  actsForUser: true,
};
/** Whichever of the two permissions is needed, for all or for oneself. */
const DELETE: Omit<RouteOptions, 'summary'> = {
  access: 'key',
  status: 204,
  errors: [...DELETE_ERRORS, 'user_banned'],
  actsForUser: true,
};

/** Changes of messages that were sent. */
@Tag(MESSAGES)
@Controller()
export class ChangesController {
  constructor(
    private readonly edits: EditsService,
    private readonly deletions: DeletionsService,
    private readonly history: VersionsService,
  ) {}

  @Patch('rooms/:room_id/messages/:id')
  @Route({
    ...EDIT,
    summary: 'Edit a message',
    description:
      'By its sender, or the client; by roles that grant `manage` where `settings.moderators_edit` says so. `metadata` is merged (RFC 7396). What changes nothing is no edit.',
  })
  edit(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Body() dto: EditMessageDto,
  ): Promise<MessageDto> {
    return this.edits.edit(request, roomId, id, dto);
  }

  @Delete('rooms/:room_id/messages/:id')
  @Route({
    ...DELETE,
    summary: 'Delete a message',
    description:
      '`for=all`, by its sender, roles that grant `manage`, or the client (`send_messages`): it leaves a tombstone that keeps its `seq`. `for=me`, by whoever reads it (`read_messages`): from then on it comes as a stub.',
  })
  delete(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Query() query: DeleteMessageQueryDto,
  ): Promise<void> {
    return this.deletions.delete(request, roomId, id, query.for);
  }

  @Post('rooms/:room_id/messages/:id/undelete')
  @Route({
    summary: 'Bring a deleted message back',
    description:
      'By roles that grant `manage`, within `settings.undelete_days` of its deletion; then 409. In a direct room, by who deleted it.',
    access: 'send_messages',
    answer: MessageDto,
    errors: [...DELETE_ERRORS, 'user_unavailable', 'conflict'],
    actsForUser: true,
    idempotent: true,
  })
  undelete(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
  ): Promise<SeenMessage> {
    return this.deletions.undelete(request, roomId, id);
  }

  @Get('rooms/:room_id/messages/:id/edits')
  @Route({
    summary: 'Read what a message said before',
    description:
      'Every version, the first included, oldest first. Who may is `settings.edit_history`; of a deleted message nothing is shown.',
    access: 'read_messages',
    page: MessageVersionDto,
    errors: [...DELETE_ERRORS, 'invalid_cursor'],
    actsForUser: true,
  })
  versions(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Query() query: PageQueryDto,
  ): Promise<Page<MessageVersionDto>> {
    return this.history.versions(caller, roomId, id, query);
  }

  @Put('messages/:id')
  @Route({ ...EDIT, summary: 'Edit a message, whatever its room', deprecated: true })
  editAnywhere(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: EditMessageDto,
  ): Promise<MessageDto> {
    return this.edits.edit(request, null, id, dto);
  }

  @Delete('messages/:id')
  @Route({ ...DELETE, summary: 'Delete a message, whatever its room', deprecated: true })
  deleteAnywhere(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Query() query: DeleteMessageQueryDto,
  ): Promise<void> {
    return this.deletions.delete(request, null, id, query.for);
  }
}

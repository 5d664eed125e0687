import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import type { UserId } from '../../platform/common/ids.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { USERS } from '../../tenancy/users/users.controller.js';
import { OptOutsDto, UserOptOutsDto } from './opt-outs.dto.js';
import { OptOutsService } from './opt-outs.service.js';

@Tag(USERS)
@Controller('users/:user_id/opt-outs')
export class OptOutsController {
  constructor(private readonly optOuts: OptOutsService) {}

  @Get()
  @Route({
    summary: 'See what a user does not want to be told of',
    description: 'With a scoped key: the own user, also as `me`.',
    access: 'key',
    answer: UserOptOutsDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  get(@CurrentCaller() caller: Caller, @Param('user_id') userId: UserId): Promise<UserOptOutsDto> {
    return this.optOuts.get(caller, userId);
  }

  @Put()
  @Route({
    summary: 'Say what a user does not want to be told of',
    description:
      'What notifications of these categories, or over these channels, would have sent to the user is `suppressed` with the reason `opted_out`. Both lists are replaced.',
    access: 'key',
    answer: UserOptOutsDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  put(
    @CurrentRequest() { caller }: Request,
    @Param('user_id') userId: UserId,
    @Body() dto: OptOutsDto,
  ): Promise<UserOptOutsDto> {
    return this.optOuts.put(caller, userId, dto);
  }
}

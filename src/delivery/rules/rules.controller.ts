import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { RuleTestsService } from './rule-tests.service.js';
import { CreateRuleDto, RuleDto, RulesQueryDto, TestedRuleDto, TestRuleDto, UpdateRuleDto } from './rules.dto.js';
import { RulesService } from './rules.service.js';

const RULES = tag('Rules', 'What inbound events cause: rooms, members, messages, notifications.');

@Tag(RULES)
@Controller('webhooks/rules')
export class RulesController {
  constructor(
    private readonly rules: RulesService,
    private readonly tests: RuleTestsService,
  ) {}

  @Get()
  @Route({
    summary: 'List rules, by source and position',
    access: 'master',
    page: RuleDto,
    errors: ['not_found', 'invalid_cursor'],
  })
  list(@CurrentCaller() caller: Caller, @Query() query: RulesQueryDto): Promise<Page<RuleDto>> {
    return this.rules.list(caller.clientId, query);
  }

  @Post()
  @Route({
    summary: 'Make a rule',
    description:
      'Its actions take place once for each event that its condition holds for, in order, as the client; messages have `sender_type: "bot"`. What goes wrong is in the `results` of the event, and holds up neither the other actions nor other rules.',
    audit: 'rule.create',
    access: 'master',
    status: 201,
    answer: RuleDto,
    errors: ['not_found', 'conflict', 'overloaded'],
    idempotent: true,
  })
  create(@CurrentRequest() request: Request, @Body() dto: CreateRuleDto): Promise<RuleDto> {
    return this.rules.create(request, dto);
  }

  @Post('test')
  @Route({
    summary: 'Try a rule out',
    description: 'What it would do with a sample, every expression worked out. Nothing is done, and nothing is stored.',
    access: 'master',
    answer: TestedRuleDto,
    errors: ['not_found', 'overloaded'],
  })
  test(@CurrentCaller() caller: Caller, @Body() dto: TestRuleDto): Promise<TestedRuleDto> {
    return this.tests.test(caller.clientId, dto);
  }

  @Get(':id')
  @Route({ summary: 'Read a rule', access: 'master', answer: RuleDto, errors: ['not_found'] })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<RuleDto> {
    return this.rules.get(caller.clientId, id);
  }

  @Patch(':id')
  @Route({
    summary: 'Change a rule',
    audit: 'rule.update',
    access: 'master',
    answer: RuleDto,
    errors: ['not_found', 'overloaded'],
  })
  update(@CurrentRequest() request: Request, @Param('id') id: string, @Body() dto: UpdateRuleDto): Promise<RuleDto> {
    return this.rules.update(request, id, dto);
  }

  @Delete(':id')
  @Route({ summary: 'Delete a rule', audit: 'rule.delete', access: 'master', status: 204, errors: ['not_found'] })
  remove(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.rules.remove(request, id);
  }
}

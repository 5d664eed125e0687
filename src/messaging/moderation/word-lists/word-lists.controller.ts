import { applyDecorators, Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { Caller } from '../../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../../tenancy/access/request.js';
import { Route, Tag } from '../../../tenancy/access/route.js';
import { PageQueryDto, type Page } from '../../../platform/common/pagination.js';
import { MODERATION } from '../blocks/blocks.controller.js';
import { WordListDto } from './word-lists.dto.js';
import { WordListsService } from './word-lists.service.js';

/** What users' messages are held against. */
@Tag(MODERATION)
@Controller('clients/me/word-lists')
export class WordListsController {
  constructor(private readonly lists: WordListsService) {}

  @Get()
  @Route({ summary: 'List the word lists', access: 'master', page: WordListDto })
  list(@CurrentCaller() { clientId }: Caller, @Query() query: PageQueryDto): Promise<Page<WordListDto>> {
    return this.lists.list(clientId, query);
  }

  @Put()
  @ReplacesLists()
  replace(@CurrentRequest() request: Request, @Body() body: unknown): Promise<Page<WordListDto>> {
    return this.lists.replace(request, body);
  }
}

function ReplacesLists(): MethodDecorator {
  return applyDecorators(
    Route({
      summary: 'Replace the word lists',
      description:
        "A JSON array; it holds for the next message. What users write, and the names of what they attach, is looked through for the words as such (`ass` is not in `class`), in any case and width; in scripts that don't part their words, anywhere. What the client itself sends is not.",
      audit: 'word_lists.replace',
      access: 'master',
      page: WordListDto,
    }),
    ApiBody({ type: WordListDto, isArray: true }),
  );
}

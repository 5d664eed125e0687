import { Injectable } from '@nestjs/common';
import type { Request } from '../../../tenancy/access/request.js';
import { ClientsService } from '../../../tenancy/clients/clients.service.js';
import { Idempotency } from '../../../tenancy/idempotency/idempotency.js';
import { newId } from '../../../platform/common/ids.js';
import { pageOfWhole, wholePage, type Page, type PageQueryDto } from '../../../platform/common/pagination.js';
import { invalidField, Problem, type FieldError } from '../../../platform/common/problem.js';
import { toDto } from '../../../platform/common/validation.js';
import { symbolsOf } from './compiled-lists.js';
import { MAX_WORDS, WordListsDto, type WordListDto } from './word-lists.dto.js';
import { WordListsRepository } from './word-lists.repository.js';
import { WORD_LISTS } from './word-lists.settings.js';

/** Of all words, as they are looked for: compatibility characters come to several. */
const MAX_SYMBOLS = 1_000_000;

/** The words that a client does not want in its rooms. */
@Injectable()
export class WordListsService {
  constructor(
    private readonly repository: WordListsRepository,
    private readonly clients: ClientsService,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws Problem `invalid_cursor` */
  async list(clientId: string, query: PageQueryDto): Promise<Page<WordListDto>> {
    return pageOfWhole(await this.repository.list(clientId), query, ({ name }) => name);
  }

  /** The whole of them. It holds for the next message, on every node. */
  async replace(request: Request, body: unknown): Promise<Page<WordListDto>> {
    const { clientId } = request.caller;
    const lists = await readLists(body);
    return this.idempotency.effect(
      request,
      async (tx) => {
        await this.clients.setIn(tx, clientId, WORD_LISTS, lists.length === 0 ? null : { version: newId() });
        await this.repository.replace(tx, clientId, lists);
        return wholePage(lists);
      },
      { row: 'word lists' },
    );
  }
}

/** @throws Problem `validation_failed` */
async function readLists(body: unknown): Promise<WordListDto[]> {
  if (!Array.isArray(body)) throw invalidField('', 'must be a JSON array of word lists');
  const { lists } = inArray(() => toDto(WordListsDto, { lists: body }));
  const names = new Set<string>();
  let words = 0;
  let symbols = 0;
  for (const [index, list] of lists.entries()) {
    if (names.has(list.name)) throw invalidField(`[${index}].name`, 'is in the array twice');
    names.add(list.name);
    words += list.words.length;
    if (words > MAX_WORDS) throw invalidField(`[${index}].words`, `there are more than ${MAX_WORDS} words in all`);
    for (const [nth, word] of list.words.entries()) {
      const found = symbolsOf(word).length;
      if (found === 0) throw invalidField(`[${index}].words[${nth}]`, 'has nothing that can be seen');
      symbols += found;
      if (nth % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  if (symbols > MAX_SYMBOLS) throw invalidField('', `all words together are longer than ${MAX_SYMBOLS} characters`);
  return lists.map(({ name, words: given, action }) => ({ name, words: given, action }));
}

/** The faults of the array itself, not of the field that it was read as. */
function inArray<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = (error.options.errors ?? []).map(({ field, message }): FieldError => ({
      field: field.replace(/^lists/, ''),
      message,
    }));
    throw new Problem('validation_failed', `${errors[0]?.field}: ${errors[0]?.message}`, { errors });
  }
}

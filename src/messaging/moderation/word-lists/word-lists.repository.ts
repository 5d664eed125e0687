import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import type { WordListDto } from './word-lists.dto.js';

const LISTS = unnest<WordListDto>()(
  'l',
  { name: 'text', action: 'text', words: 'jsonb' },
  { first: 2, ordinality: 'position' },
);

@Injectable()
export class WordListsRepository {
  constructor(private readonly database: Database) {}

  list(clientId: string): Promise<WordListDto[]> {
    return this.database.query<WordListDto>(
      'select name, words, action from word_lists where client_id = $1 order by position',
      [clientId],
    );
  }

  async replace(tx: Tx, clientId: string, lists: WordListDto[]): Promise<void> {
    await tx.execute('delete from word_lists where client_id = $1', [clientId]);
    if (lists.length === 0) return;
    await tx.execute(
      `insert into word_lists (client_id, position, name, action, words)
       select $1, position, name, action, array(select w from jsonb_array_elements_text(words) with ordinality as e (w, n) order by n)
         from ${LISTS.sql}`,
      [clientId, ...LISTS.values(lists)],
    );
  }
}

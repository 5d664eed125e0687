import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocuments } from './api-documents.js';

const FOLDER = join(__dirname, '../docs/api');

describe('the committed documents of the API', () => {
  let made: Record<string, string>;

  beforeAll(async () => {
    // What this machine has set must not show.
    process.env.MAX_PAGE = '7';
    made = await apiDocuments();
    delete process.env.MAX_PAGE;
  });

  it('are all there, and nothing else', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(Object.keys(made).toSorted());
  });

  it('are what the code makes (else: npm run api)', () => {
    for (const [name, text] of Object.entries(made)) {
      const committed = readFileSync(join(FOLDER, name), 'utf8');
      // By line, because a difference of whole documents is too long to be printed.
      const lines = text.split('\n');
      const at = committed.split('\n').findIndex((line, index) => line !== lines[index]);
      if (at >= 0)
        expect({ name, line: at + 1, is: committed.split('\n')[at] }).toEqual({ name, line: at + 1, is: lines[at] });
      expect(committed.length).toBe(text.length);
    }
  });

  it('name schemas and operations each once, and no class of the code', () => {
    const { paths, components } = JSON.parse(made['openapi.json']!);
    expect(Object.keys(components.schemas).filter((name) => name.endsWith('Dto'))).toEqual([]);
    const ids = Object.values<any>(paths).flatMap((path) => Object.values<any>(path).map((one) => one.operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

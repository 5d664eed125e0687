import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocuments } from './api-documents.js';

const FOLDER = join(__dirname, '../docs/api');

// That they are what the code makes is compared by test/e2e/docs.test.ts, with what is shipped.
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

  it('name schemas and operations each once, and no class of the code', () => {
    const { paths, components } = JSON.parse(made['openapi.json']!);
    expect(Object.keys(components.schemas).filter((name) => name.endsWith('Dto'))).toEqual([]);
    const ids = Object.values<any>(paths).flatMap((path) => Object.values<any>(path).map((one) => one.operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

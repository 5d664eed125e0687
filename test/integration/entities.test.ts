import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EntityMetadata } from 'typeorm';
import type { Config } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { NestApp } from '../support/nest-app.js';
import { TestDatabase } from '../support/postgres.js';

const SRC = join(__dirname, '../../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.entity.ts'));

let target: TestDatabase;
let database: Database;

beforeAll(async () => {
  const entities = [];
  for (const file of files) entities.push(...Object.values<any>(await import(join(SRC, file))));
  target = await TestDatabase.create();
  database = await Database.connect({ databaseUrl: target.url, databasePoolSize: 2, role: 'all' } as Config, entities);
});
afterAll(async () => {
  await database.close();
  await target.drop();
});

interface ColumnShape {
  name: string;
  type: string;
  nullable: boolean;
  key: boolean;
}

/** Every column of the table, as the migrations made it. */
const migrated = (table: string): Promise<ColumnShape[]> =>
  database.query(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
            exists (select from pg_index i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey)) as key
       from pg_attribute a
      where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attname`,
    [table],
  );

const declared = ({ columns }: EntityMetadata): ColumnShape[] =>
  columns
    .map((column) => ({
      name: column.databaseName,
      type: database.dataSource.driver.normalizeType(column) + (column.isArray ? '[]' : ''),
      nullable: column.isNullable,
      key: column.isPrimary,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

it('every entity has the columns that the migrations made, with their types, nullability and keys', async () => {
  const entities = database.dataSource.entityMetadatas;
  expect(entities).toHaveLength(files.length);
  for (const entity of entities) {
    expect({ [entity.tableName]: declared(entity) }).toEqual({ [entity.tableName]: await migrated(entity.tableName) });
  }
});

it('no entity has relations, whose loading nobody would see', () => {
  expect(database.dataSource.entityMetadatas.filter(({ relations }) => relations.length > 0)).toEqual([]);
});

it('every entity is listed by the module of its room', async () => {
  const app = await NestApp.start();
  try {
    const listed = app.get(Database).dataSource.entityMetadatas.map(({ tableName }) => tableName);
    expect(listed.toSorted()).toEqual(database.dataSource.entityMetadatas.map(({ tableName }) => tableName).toSorted());
    expect(listed).toHaveLength(files.length);
  } finally {
    await app.stop();
  }
});

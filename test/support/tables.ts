import ts from 'typescript';

/** One place in the sources that reads or writes a table. */
export interface TableUse {
  /** null: the name is put in when the statement is made. */
  table: string | null;
  access: 'reads' | 'writes';
}

/** What the analysis must know of the house. */
export interface Known {
  tables: ReadonlySet<string>;
  /** Table by the name of its entity's class. */
  entities: ReadonlyMap<string, string>;
}

/** Stands for `${…}` in the text of a template. */
const HOLE = '¤';

/** The tables that a source file reads and writes: in its SQL, and through TypeORM. */
export function tableUses(file: string, source: string, known: Known): TableUse[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const uses: TableUse[] = [];
  const visit = (node: ts.Node): void => {
    const sql = textOf(node);
    if (sql !== null) uses.push(...usesInSql(sql, known.tables));
    if (ts.isCallExpression(node)) uses.push(...usesOfEntities(node, known.entities));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return uses;
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  const parts = node.templateSpans.map(
    ({ expression, literal }) => (isRows(expression) ? 'unnest()' : HOLE) + literal.text,
  );
  return node.head.text + parts.join('');
}

/** `${ROWS.sql}`: rows given as parameters (src/platform/database/unnest.ts), no table. */
const isRows = (expression: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(expression) && expression.name.text === 'sql';

const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|[a-z_][\w$]*|[^\s]/gi;

function tokensOf(sql: string): string[] {
  return (sql.match(TOKEN) ?? [])
    .filter((token) => !/^(--|\/\*|')/.test(token))
    .map((token) => token.replace(/^"(.*)"$/, '$1').toLowerCase());
}

/** What may stand between `from` or `join` and the table. */
const BETWEEN = new Set(['only', 'lateral', 'public', '.']);
/** What ends the list of tables after `from`. */
const AFTER_FROM = new Set(
  'where on group order having limit offset fetch for union except intersect set returning select values window'.split(
    ' ',
  ),
);

/**
 * Names after from, join, using, into, update, delete from, truncate and lock table, in lists as well. Names of `with`
 * queries, functions, aliases and columns are none of the tables. A piece of a statement is read like a whole one.
 */
export function usesInSql(sql: string, tables: ReadonlySet<string>): TableUse[] {
  const tokens = tokensOf(sql);
  const named = namesOfQueries(tokens);
  const uses: TableUse[] = [];
  /** By depth of parentheses: is this between `from` and what ends its list? */
  const inList = [false];
  let expected: TableUse['access'] | null = null;
  tokens.forEach((word, at) => {
    const before = tokens[at - 1];
    if (expected !== null && !BETWEEN.has(word)) {
      const next = tokens[at + 1];
      if (word === HOLE) {
        if (isStatement(tokens)) uses.push({ table: null, access: expected });
      } else if (tables.has(word) && !named.has(word) && (next !== '(' || before === 'into') && next !== '.') {
        uses.push({ table: word, access: expected });
      }
      if (word !== 'table') expected = null;
    }
    if (word === '(') inList.push(false);
    else if (word === ')') inList.pop();
    else if (word === ',' && inList.at(-1)) expected = 'reads';
    else if (word === 'from' || word === 'join' || word === 'using') {
      expected = word === 'from' && before === 'delete' ? 'writes' : 'reads';
      inList[inList.length - 1] = word !== 'join' || inList.at(-1)!;
    } else if (word === 'into' || word === 'truncate' || (word === 'table' && before === 'lock')) expected = 'writes';
    else if (word === 'update' && !['for', 'key', 'do'].includes(before ?? '')) expected = 'writes';
    else if (AFTER_FROM.has(word)) inList[inList.length - 1] = false;
  });
  return uses;
}

/** `x as (`, `x (columns) as materialized (`: what `with` gives a name. */
function namesOfQueries(tokens: string[]): Set<string> {
  const names = new Set<string>();
  tokens.forEach((word, at) => {
    if (word !== 'as') return;
    let after = at + 1;
    while (/^(not|materialized)$/i.test(tokens[after] ?? '')) after++;
    const opens =
      tokens[after] === '(' && /^(select|insert|update|delete|with|values|\()$/i.test(tokens[after + 1] ?? '');
    const end = tokens[at - 1] === ')' ? tokens.lastIndexOf('(', at) : at;
    if (opens) names.add(tokens[end - 1] ?? '');
  });
  return names;
}

/** Prose has `from ${name}` too. */
const isStatement = (tokens: string[]): boolean =>
  tokens.some((word) => /^(select|insert|update|delete)$/.test(word)) &&
  tokens.some((word) => /^(where|set|values|into|join)$/.test(word));

const READING = /^(find|count|exist|sum|average|minimum|maximum)/;

/** `manager.update(RoomEntity, …)`, `getRepository(RoomEntity).find(…)`; a repository kept for later counts as a write. */
function usesOfEntities(call: ts.CallExpression, entities: ReadonlyMap<string, string>): TableUse[] {
  if (!ts.isPropertyAccessExpression(call.expression)) return [];
  const tables = call.arguments.flatMap((argument) =>
    ts.isIdentifier(argument) && entities.has(argument.text) ? [entities.get(argument.text)!] : [],
  );
  let method = call.expression.name.text;
  if (method === 'forFeature') return [];
  if (method === 'getRepository') {
    method = ts.isPropertyAccessExpression(call.parent) ? call.parent.name.text : '';
  }
  return tables.map((table) => ({ table, access: READING.test(method) ? 'reads' : 'writes' }));
}

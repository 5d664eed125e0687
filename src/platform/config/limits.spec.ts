import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { defaultLimits, limitOf, limits, setLimits } from './limits.js';

afterEach(() => setLimits(defaultLimits()));

it('are the defaults until others are set, and the same object then', () => {
  const held = limits;
  expect(held).toEqual(defaultLimits());
  setLimits({ ...defaultLimits(), page: 7 });
  expect(held).toEqual({ ...defaultLimits(), page: 7 });
  expect([limitOf('page'), limitOf(3)]).toEqual([7, 3]);
});

describe('while modules load', () => {
  const SRC = join(__dirname, '../..');
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(SRC, name));

  const isLater = (node: ts.Node): boolean =>
    ts.isFunctionLike(node) ||
    (ts.isPropertyDeclaration(node) && !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword));

  /** Where a file uses one of these values outside of every function, and so when it is imported. */
  function usesAtImport(file: string, values: string[]): string[] {
    const text = readFileSync(file, 'utf8');
    if (!values.some((value) => text.includes(value))) return [];
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      // Decorators of a class's members run when it is made, what is in the members later.
      if (ts.canHaveDecorators(node)) ts.getDecorators(node)?.forEach(visit);
      if (isLater(node) || ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
      const { parent } = node;
      const isName = parent !== undefined && 'name' in parent && parent.name === node;
      if (values.includes(node.getText(source)) && ts.isExpression(node) && !isName) {
        found.push(`${relative(SRC, file)}: ${parent.getText(source)}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  }

  it('nobody reads a limit, which would stay as it was before the settings were read', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => usesAtImport(file, ['limits', 'limitOf', 'defaultLimits']))).toEqual([
      // The one that everybody shares.
      'platform/config/limits.ts: defaultLimits()',
    ]);
  });

  it('nobody reads the environment', () => {
    const values = ['process.env', 'environment', 'loadConfig'];
    expect(files.flatMap((file) => usesAtImport(file, values))).toEqual([]);
  });
});

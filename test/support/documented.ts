import { dirname } from 'node:path';
import ts from 'typescript';

/**
 * Reads declarations as a user's editor does: what the file exports, the members of it, and whatever of the same package
 * their types name. What is generated from the API's documents has its texts from there, and is left out.
 */
export function undocumented(entry: string): { seen: string[]; missing: string[] } {
  const program = ts.createProgram([entry], { skipLibCheck: true, types: [], noLib: true });
  const checker = program.getTypeChecker();
  const folder = dirname(entry);
  const isOurs = (node: ts.Node) => {
    const { fileName } = node.getSourceFile();
    return fileName.startsWith(folder) && !fileName.includes('/generated/');
  };

  const seen: string[] = [];
  const missing: string[] = [];
  const visited = new Set<ts.Symbol>();

  const look = (name: string, symbol: ts.Symbol) => {
    seen.push(name);
    const told = [symbol, ...(symbol.declarations ?? [])].some((one) =>
      'getDocumentationComment' in one ? one.getDocumentationComment(checker).length > 0 : false,
    );
    if (!told) missing.push(name);
  };

  const visit = (symbol: ts.Symbol) => {
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (visited.has(real)) return;
    visited.add(real);
    const declarations = (real.declarations ?? []).filter(isOurs);
    if (declarations.length === 0) return;
    look(real.name, real);
    for (const declaration of declarations) {
      members(real.name, declaration);
      follow(declaration);
    }
  };

  /** Of classes, interfaces and types that are written out. */
  const members = (owner: string, declaration: ts.Declaration) => {
    const body = ts.isTypeAliasDeclaration(declaration) ? declaration.type : declaration;
    if (!ts.isClassDeclaration(body) && !ts.isInterfaceDeclaration(body) && !ts.isTypeLiteralNode(body)) return;
    for (const member of body.members) {
      const hidden = ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
      if (hidden || !member.name || ts.isPrivateIdentifier(member.name)) continue;
      const symbol = checker.getSymbolAtLocation(member.name);
      // A member that overrides one of the language's own is explained there.
      if (symbol && !isLanguage(member.name)) look(`${owner}.${symbol.name}`, symbol);
    }
  };

  const isLanguage = (name: ts.PropertyName) =>
    ts.isComputedPropertyName(name) || ['name', 'message', 'stack', 'cause'].includes(name.getText());

  /** What is named in a declaration; what is private is not shown. */
  const follow = (node: ts.Node): void => {
    if (ts.isClassElement(node) && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) return;
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      const isDeclared =
        symbol && symbol.flags & (ts.SymbolFlags.Alias | ts.SymbolFlags.Type | ts.SymbolFlags.Function);
      if (isDeclared && !(symbol.flags & ts.SymbolFlags.TypeParameter)) visit(symbol);
    }
    ts.forEachChild(node, follow);
  };

  const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  for (const symbol of checker.getExportsOfModule(module)) visit(symbol);
  return { seen, missing };
}

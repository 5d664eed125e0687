// node scripts/sdk-types.mjs [--check]: writes the SDK's types of REST and of events from docs/api, or compares them.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './dist.mjs';
import { eventTypes } from './sdk-events.mjs';

const folder = join(root, 'sdk/src/generated');
const read = (name) => JSON.parse(readFileSync(join(root, 'docs/api', name), 'utf8'));
// The generator is a dependency of the SDK, which npm may have put below its own folder.
const requireOfSdk = createRequire(join(root, 'sdk/package.json'));

/** Of examples nothing is needed in types; what is called `example` below `properties` is a field. */
function bare(node, areNames = false) {
  if (Array.isArray(node)) return node.map((item) => bare(item));
  if (node === null || typeof node !== 'object') return node;
  const kept = Object.entries(node).filter(([key]) => areNames || (key !== 'example' && key !== 'examples'));
  return Object.fromEntries(kept.map(([key, value]) => [key, bare(value, key === 'properties' && !areNames)]));
}

/** Error answers are the same everywhere, and thrown: with the headers they would be nine tenths of the types. */
function withoutErrors(paths) {
  const operation = ({ responses, ...rest }) => ({ ...rest, responses: successes(responses) });
  const methods = (path) => Object.entries(path).map(([method, one]) => [method, one.responses ? operation(one) : one]);
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, Object.fromEntries(methods(item))]));
}

function successes(responses) {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return Object.fromEntries(good.map(([status, { headers: _, ...answer }]) => [status, answer]));
}

async function restTypes(document) {
  const { default: openapiTS, astToString } = requireOfSdk('openapi-typescript');
  const { paths, components, ...rest } = document;
  const { headers: _, ...kept } = components;
  const ast = await openapiTS(bare({ ...rest, paths: withoutErrors(paths), components: kept }), {
    defaultNonNullable: false,
  });
  return `// Made by \`npm run sdk:types\` from docs/api/openapi.json.\n${tight(astToString(ast))}`;
}

/** What a path does not have is left out, and the indentation is halved: a third of the file. */
const tight = (text) =>
  text
    .replaceAll(/^ {4}(?: {4})(?:get|put|post|delete|options|head|patch|trace)\?: never;\n/gm, '')
    .replaceAll(
      /^ {8}parameters: \{\n(?: {12}\w+\?: never;\n){4} {8}\};\n(?= {8}(?:\/\*\*|get|put|post|delete|patch))/gm,
      '',
    )
    .replaceAll(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2));

const openapi = read('openapi.json');
const made = { 'rest.ts': await restTypes(openapi), 'events.ts': eventTypes(read('asyncapi.json'), openapi) };
for (const [name, text] of Object.entries(made)) {
  const file = join(folder, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (text !== current(file)) {
    console.error(`sdk/src/generated/${name} is not what docs/api says: run \`npm run sdk:types\`.`);
    process.exitCode = 1;
  }
}

function current(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

// Sources are ESM; jest runs what unit and integration tests import of them as CommonJS through swc (ts-jest cannot
// compile NestJS 12). Tests of the whole, e2e and faults, import none: they run the built product.
const esmPackages =
  '@nestjs|file-type|strtok3|token-types|uint8array-extras|@tokenizer|@borewit|uid|iterare|mailgun\\.js|standardwebhooks|@scure|@stablelib|@seriousme|htmlparser2|entities|domhandler|domutils|domelementtype|dom-serializer';

const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^es-toolkit/compat$': '<rootDir>/test/support/es-toolkit-compat.cjs',
  },
  transform: {
    '^.+\\.(ts|m?js)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
        // Beside the code, not in it: what is imported is compiled again for each file of tests.
        sourceMaps: true,
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages})/)`],
  // In the order in which they are looked for: the sources are imported most.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

/**
 * Of integration tests: each file; in a run of all of them some as groups, which load what they share once
 * (test/support/together.ts). Whoever names a file means that.
 */
function integrationFiles() {
  if (!process.env.TEST_TOGETHER) return ['test/integration/*.test.ts'];
  const grouped = new Set(
    JSON.parse(readFileSync(new URL('test/support/groups.json', import.meta.url), 'utf8')).flat(),
  );
  const files = readdirSync(new URL('test/integration', import.meta.url)).filter((file) => file.endsWith('.test.ts'));
  const others = files.filter((file) => !grouped.has(file.replace('.test.ts', '')));
  return ['test/integration/groups/*.test.ts', ...others.map((file) => `test/integration/${file}`)];
}

const project = (name, root, match, more = {}) => ({
  ...common,
  displayName: name,
  roots: [`<rootDir>/${root}`],
  testMatch: [match].flat().map((one) => `<rootDir>/${one}`),
  setupFiles: ['reflect-metadata'],
  ...more,
});

/** They run dist/ in processes of their own, whose logs are shown when a test fails. */
const processes = { setupFiles: [], testEnvironment: '<rootDir>/test/support/process-environment.mjs' };

// The servers that these need are started once per run by scripts/test.mjs.
export default {
  // Against hangs only: on a busy machine, what starts an application or a server takes as long as it takes.
  testTimeout: 180_000,
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  projects: [
    project('unit', 'src', 'src/**/*.spec.ts'),
    project('sdk', 'sdk/src', 'sdk/src/**/*.spec.ts', { setupFiles: [] }),
    project('integration', 'test', integrationFiles()),
    project('e2e', 'test', 'test/e2e/**/*.test.ts', processes),
    project('browser', 'test', 'test/browser/**/*.test.ts', processes),
    project('faults', 'test', 'test/faults/**/*.test.ts', processes),
  ],
};

// Sources are ESM; jest runs them as CommonJS through swc (ts-jest cannot compile NestJS 12).
const esmPackages =
  '@nestjs|file-type|strtok3|token-types|uint8array-extras|@tokenizer|@borewit|uid|iterare|mailgun\\.js|standardwebhooks|@scure|@stablelib';

const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
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
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

const project = (name, roots, match, extra = {}) => ({
  ...common,
  displayName: name,
  roots: roots.map((root) => `<rootDir>/${root}`),
  testMatch: [match],
  setupFiles: ['reflect-metadata'],
  ...extra,
});

// The servers that these need are started once per run by scripts/test.mjs.
export default {
  projects: [
    project('unit', ['src'], '**/*.spec.ts'),
    project('integration', ['test/integration'], '**/*.test.ts'),
    project('e2e', ['test/e2e'], '**/*.test.ts'),
    project('faults', ['test/faults'], '**/*.test.ts'),
  ],
};

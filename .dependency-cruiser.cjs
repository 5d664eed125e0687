const { readFileSync } = require('node:fs');

/**
 * The house's order, read where it stands: the imports of app.module.ts, from the ground up. A folder may import itself
 * and the folders above it in that list, nothing else.
 * The wiring (app.module, main, cli.ts) stands on top and is imported by nobody.
 */
const rooms = [
  ...readFileSync('src/app.module.ts', 'utf8').matchAll(/from '\.\/([\w-]+\/[\w-]+)\/[\w-]+\.module\.js'/g),
].map(([, room]) => room);
// Commands: they talk to a server over its API.
rooms.push('cli');

const anyOf = (names) => `(${names.join('|')})`;
const SPEC = '\\.spec\\.ts$';

const upward = rooms.map((room, at) => ({
  name: `${room.replace('/', '-')}-imports-upward`,
  comment: `src/${room} may import only folders above it in the list: ${rooms.slice(0, at).join(', ') || 'none'}.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/${anyOf(rooms.slice(0, at + 1))}/` },
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'room-not-in-the-list',
      comment: 'A new folder has a module, which takes its place among the imports of app.module.ts.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/${anyOf(rooms)}/` },
      to: {},
    },
    {
      name: 'wiring-is-imported',
      comment: 'Only the wiring itself and tests start the application.',
      severity: 'error',
      from: { path: '^(src/[^/]+/|migrations/)' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'membership-knows-no-room',
      comment: 'The rows of members lie below what a room is; who comes and goes stands above both, in members/.',
      severity: 'error',
      from: { path: '^src/messaging/rooms/membership/' },
      to: { path: '^src/messaging/rooms/', pathNot: '^src/messaging/rooms/membership/' },
    },
    {
      name: 'no-circular',
      comment:
        'Import cycles break load order under ESM: tell the higher room through an interface that the lower one declares.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'bullmq-only-in-queue',
      comment:
        'The backends differ in ways that platform/queue hides: nobody else makes queues or workers. Types are free, and so is @nestjs/bullmq.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/platform/queue/' },
      to: { path: '^(node_modules/)?bullmq(/|$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'socket-io-behind-the-port',
      comment:
        'What decides over connections knows Connection only, so that a further transport is one more folder of files.',
      severity: 'error',
      from: {
        path: '^(src|migrations)/',
        pathNot: '^src/(platform/realtime/|edge/gateway/socket-io\\.)',
      },
      to: { path: '^(node_modules/)?(socket\\.io|@nestjs/(platform-socket\\.io|websockets))(/|$)' },
    },
    {
      name: 'gateway-knows-no-feature',
      comment:
        'A feature declares its socket events itself, with @SocketEvent. Catching up is what the gateway is for.',
      severity: 'error',
      from: { path: '^src/edge/gateway/' },
      to: { path: '^src/(messaging|delivery|engine)/', pathNot: '^src/messaging/sync/' },
    },
    {
      name: 'bull-board-only-in-operations',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/(edge/operations|platform/queue)/' },
      to: { path: '^(node_modules/)?@bull-board/' },
    },
    {
      name: 'typeorm-stays-in-repositories',
      comment:
        'Services and controllers speak in rows and wire shapes; SQL and its mapper stay in repositories and entities.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '(^src/platform/database/|\\.(repository|entity)\\.ts$)|\\.spec\\.ts$',
      },
      to: { path: '^(node_modules/)?typeorm(/|$)' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: SPEC },
      to: { path: '^(test|bench|scripts)/|\\.spec\\.ts$' },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      comment: 'The image is installed with --omit=dev.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'faces-use-the-public-api',
      comment: 'What the SDK, the console and the chat know of the service stands in docs/api/.',
      severity: 'error',
      from: { path: '^(sdk|console|examples)/', pathNot: SPEC },
      to: { path: '^(src|migrations|dist)/' },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

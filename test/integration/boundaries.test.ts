import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

interface Report {
  summary: { violations: { from: string; rule: { name: string } }[] };
}

/** A small house of its own, with stand-ins for the packages that the rules name. */
describe('.dependency-cruiser.cjs', () => {
  let dir: string;
  const file = (path: string, content: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'chatapi-house-'));
    const packages = [
      'typeorm',
      'bullmq',
      '@nestjs/bullmq',
      '@bull-board/api',
      'smtp-server',
      'socket.io',
      '@nestjs/websockets',
    ];
    for (const name of packages) {
      file(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
      file(`node_modules/${name}/index.js`, 'exports.x = 1;');
    }
    const dependencies = {
      typeorm: '1',
      bullmq: '1',
      '@nestjs/bullmq': '1',
      '@bull-board/api': '1',
      'socket.io': '1',
      '@nestjs/websockets': '1',
    };
    file('package.json', JSON.stringify({ type: 'module', dependencies, devDependencies: { 'smtp-server': '1' } }));
    file('tsconfig.json', '{"compilerOptions": {"module": "nodenext"}}');
    const imports = (...from: string[]): string =>
      from.map((name, i) => `import { x as x${i} } from '${name}';`).join('\n');
    const exporting = '\nexport const x = 1;';

    file('src/main.ts', imports('./app.module.js') + exporting);
    file(
      'src/app.module.ts',
      [
        "import { U } from './tenancy/users/users.module.js';",
        "import { Q } from './platform/queue/queue.module.js';",
        "import { R } from './messaging/rooms/rooms.module.js';",
        "import { M } from './messaging/members/members.module.js';",
        "import { S } from './messaging/sync/sync.module.js';",
        "import { O } from './edge/operations/operations.module.js';",
        "import { G } from './edge/gateway/gateway.module.js';",
      ].join('\n') + exporting,
    );
    const modules = {
      U: 'tenancy/users',
      Q: 'platform/queue',
      R: 'messaging/rooms',
      M: 'messaging/members',
      S: 'messaging/sync',
      O: 'edge/operations',
      G: 'edge/gateway',
    };
    for (const [name, room] of Object.entries(modules)) {
      file(`src/${room}/${room.split('/')[1]}.module.ts`, `export const ${name} = 1;`);
    }
    file(
      'src/edge/gateway/gateway.ts',
      imports('../../tenancy/users/users.js', '../../messaging/sync/sync.js') + exporting,
    );
    file('src/edge/gateway/socket-io.gateway.ts', imports('socket.io', '@nestjs/websockets') + exporting);
    file('src/messaging/sync/sync.ts', imports('../rooms/rooms.repository.js') + exporting);
    file('src/messaging/rooms/rooms.repository.ts', imports('typeorm', '../../tenancy/users/users.js') + exporting);
    file('src/messaging/rooms/membership/row.ts', exporting);
    file('src/messaging/rooms/room.ts', imports('./membership/row.js') + exporting);
    file('src/messaging/members/bans.ts', imports('../rooms/room.js', '../rooms/membership/row.js') + exporting);
    file('src/tenancy/users/users.ts', exporting);
    file('src/tenancy/users/users.spec.ts', imports('./users.js', '../../../test/support/help.js', 'smtp-server'));
    file('src/platform/queue/queue.ts', imports('bullmq') + exporting);
    file(
      'src/messaging/rooms/rooms.processor.ts',
      `${imports('@nestjs/bullmq')}\nimport type { x } from 'bullmq';\nexport type T = typeof x;`,
    );
    file('src/edge/operations/board.ts', imports('@bull-board/api') + exporting);
    file('test/support/help.ts', exporting);

    file('src/tenancy/users/upward.ts', imports('../../messaging/rooms/rooms.repository.js') + exporting);
    file('src/tenancy/users/service.ts', "import type { x } from 'typeorm';\nexport type T = typeof x;");
    file('src/tenancy/users/jobs.ts', imports('bullmq') + exporting);
    file('src/edge/gateway/heads.ts', "import type { x } from 'socket.io';\nexport type T = typeof x;");
    file('src/edge/gateway/rooms.ts', imports('../../messaging/rooms/rooms.repository.js') + exporting);
    file('src/tenancy/users/socket.ts', imports('@nestjs/websockets') + exporting);
    file('src/tenancy/users/board.ts', imports('@bull-board/api') + exporting);
    file('src/tenancy/users/starts.ts', imports('../../app.module.js') + exporting);
    file('src/tenancy/users/tests.ts', imports('../../../test/support/help.js') + exporting);
    file('src/tenancy/users/dev.ts', imports('smtp-server') + exporting);
    file('src/tenancy/users/lost.ts', imports('./nowhere.js') + exporting);
    file('src/tenancy/users/ring.ts', imports('./ring-back.js') + exporting);
    file('src/tenancy/users/ring-back.ts', imports('./ring.js') + exporting);
    file('src/messaging/rooms/joins.ts', imports('../members/bans.js') + exporting);
    file('src/messaging/rooms/membership/side.ts', imports('../room.js') + exporting);
    file('sdk/src/http.ts', imports('../../src/tenancy/users/users.js') + exporting);
    file('sdk/src/http.spec.ts', imports('./http.js', '../../src/tenancy/users/users.js'));
    file('console/src/page.tsx', imports('../../sdk/src/http.js', '../../migrations/first.js') + exporting);
    file('console/src/list.tsx', imports('./one.js') + exporting);
    file('console/src/one.tsx', imports('./list.js') + exporting);
    file('migrations/first.ts', exporting);
    file('src/messaging/attic/attic.ts', imports('../../tenancy/users/users.js') + exporting);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('refuses what breaks the order of the house, and nothing else', () => {
    const cli = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [
      '--config',
      resolve('.dependency-cruiser.cjs'),
      '--output-type',
      'json',
      'src',
      'sdk/src',
      'console/src',
    ];
    const { stdout } = spawnSync(process.execPath, [cli, ...args], { cwd: dir, encoding: 'utf8' });
    const { violations } = (JSON.parse(stdout) as Report).summary;
    const found = [...new Set(violations.map(({ from, rule }) => `${from} ${rule.name}`))].toSorted();
    expect(found).toEqual([
      'console/src/list.tsx no-circular',
      'console/src/page.tsx faces-use-the-public-api',
      'sdk/src/http.ts faces-use-the-public-api',
      'src/edge/gateway/heads.ts socket-io-behind-the-port',
      'src/edge/gateway/rooms.ts gateway-knows-no-feature',
      'src/messaging/attic/attic.ts room-not-in-the-list',
      'src/messaging/rooms/joins.ts messaging-rooms-imports-upward',
      'src/messaging/rooms/membership/side.ts membership-knows-no-room',
      'src/tenancy/users/board.ts bull-board-only-in-operations',
      'src/tenancy/users/dev.ts no-dev-dependency-in-the-product',
      'src/tenancy/users/jobs.ts bullmq-only-in-queue',
      'src/tenancy/users/lost.ts not-resolvable',
      'src/tenancy/users/ring-back.ts no-circular',
      'src/tenancy/users/service.ts typeorm-stays-in-repositories',
      'src/tenancy/users/socket.ts socket-io-behind-the-port',
      'src/tenancy/users/starts.ts tenancy-users-imports-upward',
      'src/tenancy/users/starts.ts wiring-is-imported',
      'src/tenancy/users/tests.ts no-test-code-in-the-product',
      'src/tenancy/users/upward.ts tenancy-users-imports-upward',
    ]);
  });
});

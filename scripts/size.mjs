// npm run size: what the SDK adds to a page, held to the limits of sdk/package.json.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildWhatIsMissing, root, SDK } from './dist.mjs';

const built = buildWhatIsMissing([SDK]);
const measure = [join(root, 'node_modules/size-limit/bin.js')];
process.exitCode = built || spawnSync(process.execPath, measure, { cwd: join(root, 'sdk'), stdio: 'inherit' }).status;

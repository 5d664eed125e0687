import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { index: 'src/index.ts', react: 'src/react/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  // A file for each module: who imports only `ChatServer` loads nothing of what speaks over sockets.
  unbundle: true,
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'error',
});

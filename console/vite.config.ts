import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  // The server puts a fresh nonce in its place with each answer (built-pages.ts): Mantine writes styles at run time.
  html: { cspNonce: '__CSP_NONCE__' },
  build: { outDir: '../dist/pages/console', emptyOutDir: true, target: 'es2022', cssCodeSplit: false },
});

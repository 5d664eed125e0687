import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/chat/',
  plugins: [react()],
  build: { outDir: '../../dist/pages/chat', emptyOutDir: true, target: 'es2022' },
});

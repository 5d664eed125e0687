import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const chatapi = { target: 'http://127.0.0.1:8000', ws: true };

export default defineConfig({
  base: '/chat/',
  plugins: [react()],
  build: { outDir: '../../dist/pages/chat', emptyOutDir: true, target: 'es2022' },
  server: { proxy: { '/api': chatapi, '/sockets': chatapi } },
});

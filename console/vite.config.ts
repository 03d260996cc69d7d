import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The TypeScript package is built from its sources, as a browser gets it: nothing has to be built before. */
const sdk = {
  sessiond: here('../sdk/typescript/src/index.ts'),
  '#socket': here('../sdk/typescript/src/browser/socket.ts'),
  '#server': here('../sdk/typescript/src/browser/server.ts'),
};

/** Where `npm run dev` finds a server; the page's own origin is Vite's, so what is no page goes there. */
const server = process.env.SESSIOND_URL ?? 'http://127.0.0.1:8080';

const report = process.env.SESSIOND_TEST_REPORT;

/** Writes `.br` and `.gz` beside what compresses, so that the server need not do it for each request. */
function precompress(): Plugin {
  const compressible = /\.(html|js|css|svg|json|txt)$/;
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir }) {
      const files = (await readdir(dir ?? 'dist', { recursive: true })).filter((file) => compressible.test(file));
      await Promise.all(
        files.map(async (file) => {
          const path = join(dir ?? 'dist', file);
          const bytes = await readFile(path);
          await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes));
          await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  base: '/console/',
  resolve: { alias: sdk },
  plugins: [react(), precompress()],
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: {
    proxy: {
      '^/(?!console/)': { target: server, ws: true, changeOrigin: true, headers: { origin: server } },
    },
  },
  test: {
    // `cargo xtask test` counts the tests by this report.
    reporters: report === undefined ? ['default'] : ['default', 'junit'],
    ...(report === undefined ? {} : { outputFile: report }),
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // As long as a page has for what it shows: without this, a second.
          expect: { poll: { timeout: 30_000 } },
          // Each file has a server and a browser of its own; two cores bear one at a time.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: { name: 'pictures', include: ['test/pictures/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
      },
    ],
  },
});

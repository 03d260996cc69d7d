// Packs the package as it would be published, and checks what is in it: its layout (publint), its types as each kind of
// project sees them (attw), and its size.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
/** What a browser's page or a container has to fetch; a file that does not belong there would be noticed. */
const PACKED_BYTES = 104 * 1024;
const FILES = /^(package\.json|README\.md|LICENSE|dist\/.+\.(js|d\.ts))$/;

copyFileSync(join(PACKAGE, '../../LICENSE'), join(PACKAGE, 'LICENSE'));
const folder = mkdtempSync(join(tmpdir(), 'sessiond-package-'));
const run = (program, ...words) => execFileSync(program, words, { cwd: PACKAGE, stdio: ['ignore', 'inherit', 'inherit'] });
try {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: PACKAGE,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // `prepack` may have said something before the answer; newer versions of npm answer an object by package name.
  const answer = JSON.parse(packed.toString().replace(/^[^[{]*\n(?=[[{])/, ''));
  const [{ filename, size, files }] = Object.values(answer);
  const strange = files.map(({ path }) => path).filter((path) => !FILES.test(path));
  if (strange.length > 0) {
    throw new Error(`these files do not belong into the package: ${strange.join(', ')}`);
  }
  for (const needed of ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
    if (!files.some(({ path }) => path === needed)) {
      throw new Error(`${needed} is not in the package`);
    }
  }
  if (size > PACKED_BYTES) {
    throw new Error(`the package has ${size} bytes, more than ${PACKED_BYTES}`);
  }
  const tarball = join(folder, filename);
  run('npx', '--no-install', 'publint', 'run', tarball, '--strict');
  // For ES modules alone: a CommonJS program loads them with `require` from Node 20.19 on.
  run('npx', '--no-install', 'attw', tarball, '--profile', 'esm-only');
  console.log(`${filename}: ${files.length} files, ${size} bytes packed`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

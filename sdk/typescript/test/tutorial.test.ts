// The TypeScript blocks of the tutorial, as a reader would use them here.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'sessiond';
import ts from 'typescript';
import { binary, freePort, TestServer } from './support.js';

const FIXTURE = new URL('../test/fixtures/tutorial.md', import.meta.url);
const FOLDER = new URL('../build/tutorial/', import.meta.url);

/** The blocks in one file: the import and the port changed, and `await` before each call of the session manager but `on`. */
async function joined(): Promise<string> {
  const document = await readFile(FIXTURE, 'utf8');
  const blocks = [...document.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? '');
  assert.equal(blocks.length, 8);
  const code = blocks
    .join('\n')
    .replace("'@vibes/agent-communication-bus'", "'sessiond'")
    .replace('port: 8080', 'port: Number(process.env.PORT)');
  const source = ts.createSourceFile('tutorial.ts', code, ts.ScriptTarget.ES2022, true);
  const { transformed } = ts.transform(source, [
    (context) => {
      const visit = (node: ts.Node): ts.Node => {
        const visited = ts.visitEachChild(node, visit, context);
        const isCall =
          ts.isCallExpression(visited) &&
          ts.isPropertyAccessExpression(visited.expression) &&
          ts.isIdentifier(visited.expression.expression) &&
          visited.expression.expression.text === 'sessionManager' &&
          visited.expression.name.text !== 'on';
        return isCall ? ts.factory.createParenthesizedExpression(ts.factory.createAwaitExpression(visited)) : visited;
      };
      return (file) => ts.visitNode(file, visit, ts.isSourceFile);
    },
  ]);
  return ts.createPrinter().printFile(transformed[0] as ts.SourceFile);
}

/** Type-checks the tutorial and writes the program that it makes. */
async function compile(): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const file = fileURLToPath(new URL('tutorial.ts', FOLDER));
  await writeFile(file, await joined());
  const config = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, fileURLToPath(FOLDER));
  const folder = fileURLToPath(FOLDER);
  const program = ts.createProgram([file], { ...options, rootDir: folder, outDir: folder, declaration: false });
  const errors = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  assert.deepEqual(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), []);
  return file.replace(/\.ts$/, '.js');
}

function run(program: string, port: number): Promise<{ code: number | null; output: string }> {
  const { AGENT_BUS_API_KEY: _, SESSIOND_API_KEY: __, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program], { env: { ...env, SESSIOND_BIN: binary(), PORT: String(port) } });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

describe('the tutorial', () => {
  let program: string;

  before(async () => {
    program = await compile();
  });

  test('starts a server when none runs, and ends it', async () => {
    const port = await freePort();
    const { code, output } = await run(program, port);
    assert.equal(code, 0, output);
    assert.match(output, /^New session: sess_\w+$/m);
    assert.match(output, /^Session done sess_\w+$/m);
    await assert.rejects(new Client({ url: `http://127.0.0.1:${port}`, retries: 0 }).server.health(), { code: 'unreachable' });
  });

  describe('with a server that runs', () => {
    let server: TestServer;

    before(async () => {
      server = await TestServer.start([], { SESSIOND_API_KEY: 'dev-key' });
    });
    after(() => server.stop());

    test('attaches to it, and leaves everything as the tutorial says', async () => {
      const { code, output } = await run(program, server.port);
      assert.equal(code, 0, output);
      const sessionId = /New session: (\S+)/.exec(output)?.[1] ?? '';
      const session = await new Client({ url: server.url, key: 'dev-key' }).sessions.get(sessionId);
      assert.equal(session.status, 'completed');
      assert.equal(session.outcome?.summary, 'All tasks completed successfully');
      assert.deepEqual(session.outcome?.artifacts, ['s3://artifacts/build.zip']);
      assert.deepEqual(session.workflow?.completed_steps, ['design']);
      assert.equal(session.participants?.length, 5);
      assert.deepEqual(session.shared_context, {
        project: 'feature/notifications',
        requirements: ['real-time updates', 'audit logs'],
        branch: 'feature/notifications',
        latestCommit: 'abc123',
      });
    });
  });
});

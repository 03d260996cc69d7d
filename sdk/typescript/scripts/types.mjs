// Writes src/schema.ts, the wire's types, and src/routes.ts, the client's methods, from docs/openapi.json. With --check it
// changes nothing and fails when a committed file is not what the document says.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTypes, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { routes } from './routes.mjs';

const DOCUMENT = new URL('../../../docs/openapi.json', import.meta.url);
const HEAD = `// Generated from docs/openapi.json by \`npm run types\`. Change the server, never this file.\n\n`;

const { factory } = ts;
const keyword = (kind) => factory.createKeywordTypeNode(kind);

/** Whether a schema says of an object no more than that it is one. */
function isFree(schema) {
  const types = [schema.type].flat();
  const says = ['properties', 'additionalProperties', 'allOf', 'oneOf', 'anyOf', '$ref'].some((name) => name in schema);
  return !says && types.includes('object') && types.every((type) => type === 'object' || type === 'null');
}

/** An object of which nothing is said may hold anything; openapi-typescript would say that it holds nothing. */
function freeObject(schema) {
  if (!isFree(schema)) {
    return undefined;
  }
  const record = factory.createTypeReferenceNode('Record', [
    keyword(ts.SyntaxKind.StringKeyword),
    keyword(ts.SyntaxKind.UnknownKeyword),
  ]);
  return [schema.type].flat().includes('null')
    ? factory.createUnionTypeNode([record, factory.createLiteralTypeNode(factory.createNull())])
    : record;
}

/** The place of the type of an event that the document does not know. */
const UNKNOWN = '#/components/schemas/UnknownEvent/type';

/**
 * A plain or a branded `string` would be comparable with every literal, and so stay in every branch of a `switch`; a pattern
 * that no literal has is not.
 */
const UNKNOWN_TYPE = `/**
 * The type of an event that this package does not know: any text but the names of known events. The pattern and the mark are
 * there for the compiler alone; \`const type: string = event.type\` is the text.
 */
export type UnknownEventType = \`\${string} (unknown)\` & { readonly unknown: unique symbol };

`;

const transform = (schema, { path }) =>
  path === UNKNOWN ? factory.createTypeReferenceNode('UnknownEventType') : freeObject(schema);

/** A part of an `allOf` that says nothing would let the whole hold anything. */
const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'), (name, value) =>
  name === 'allOf' ? value.filter((part) => !isFree(part)) : value,
);

const tree = await openapiTypes(document, {
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
  transform,
});
compare('src/schema.ts', UNKNOWN_TYPE + astToString(tree));
compare('src/routes.ts', routes(JSON.parse(readFileSync(DOCUMENT, 'utf8'))));

/** Writes a file when the document says something else, or with --check only says so. */
function compare(name, text) {
  const file = new URL(`../${name}`, import.meta.url);
  let committed = '';
  try {
    committed = readFileSync(file, 'utf8');
  } catch {
    // There is none yet.
  }
  if (HEAD + text === committed) {
    console.log(`${name} is up to date`);
  } else if (process.argv.includes('--check')) {
    console.error(`${name} is not what docs/openapi.json says: run \`npm run types\` in sdk/typescript`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, HEAD + text);
    console.log(`${name} is written anew: read its diff before you commit it`);
  }
}

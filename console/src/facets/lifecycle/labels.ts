import { Problem } from 'sessiond';

/** Labels as a person edits them: `name=value`, one in a line. */
export const labelLines = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

/** What to send so that the labels are as the lines say: an empty value removes one. */
export function labelChange(before: Record<string, string>, lines: string): Record<string, string> {
  const wanted = new Map<string, string>();
  for (const line of lines.split('\n').map((line) => line.trim())) {
    const [name = '', ...rest] = line.split('=');
    if (line === '') {
      continue;
    }
    if (name.trim() === '' || rest.length === 0) {
      const detail = `'${line}' is not a label: write name=value.`;
      throw new Problem({ code: 'invalid_input', detail, errors: [] });
    }
    wanted.set(name.trim(), rest.join('=').trim());
  }
  const removed = Object.keys(before).filter((name) => !wanted.has(name));
  return Object.fromEntries([...removed.map((name) => [name, ''] as const), ...wanted]);
}

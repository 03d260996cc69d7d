/** How long a title is at most, in characters. */
const LONGEST = 60;

/** A title for a conversation: the first words of its first message. */
export function titleOf(message: string): string {
  const line = message.trim().split('\n', 1)[0]?.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (line.length <= LONGEST) {
    return line;
  }
  const cut = line.slice(0, LONGEST);
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > LONGEST / 2 ? space : LONGEST).trimEnd()}…`;
}

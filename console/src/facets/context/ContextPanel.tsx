import { Json } from '../../ui/Json.tsx';
import { Section } from '../../ui/Section.tsx';
import type { PanelProps } from '../facet.ts';

/** The shared context as a tree. */
export default function ContextPanel({ session }: PanelProps) {
  return (
    <Section title="Shared context">
      <Json value={session.shared_context} />
    </Section>
  );
}

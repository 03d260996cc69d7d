import { Facts, Section } from '../../ui/Section.tsx';
import type { PanelProps } from '../facet.ts';

/** Where a session comes from, and whose it is. */
export default function AboutPanel({ session }: PanelProps) {
  return (
    <Section title="About">
      <Facts
        of={[
          ['Owner', session.owner],
          ['Began', new Date(session.created_at).toLocaleString()],
        ]}
      />
    </Section>
  );
}

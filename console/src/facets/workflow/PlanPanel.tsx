import { Status } from '../../ui/Badge.tsx';
import { Section } from '../../ui/Section.tsx';
import type { PanelProps } from '../facet.ts';

/** The plan as a list. */
export default function PlanPanel({ session }: PanelProps) {
  return (
    <Section title="Plan">
      <ol>
        {session.workflow?.steps.map((step) => (
          <li key={step.name}>
            {step.name} <Status of={step.status} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

import { Status } from '../../ui/Badge.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Section } from '../../ui/Section.tsx';
import table from '../../ui/Table.module.css';
import { Ago } from '../../ui/Time.tsx';
import type { PanelProps } from '../facet.ts';

/** Who takes part. */
export default function ParticipantsPanel({ session }: PanelProps) {
  const participants = session.participants ?? [];
  if (participants.length === 0) {
    return <Empty title="Nobody takes part yet" />;
  }
  return (
    <Section title="Participants" flush>
      <table className={table.table}>
        <thead>
          <tr>
            <th>Agent</th>
            <th>Role</th>
            <th>State</th>
            <th>Joined</th>
          </tr>
        </thead>
        <tbody>
          {participants.map((participant) => (
            <tr key={participant.agent_id}>
              <td>{participant.agent_id}</td>
              <td>{participant.role}</td>
              <td>
                <Status of={participant.status} />
              </td>
              <td>
                <Ago time={participant.join_time} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

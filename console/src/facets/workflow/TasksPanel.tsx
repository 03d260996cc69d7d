import { useQuery } from '@tanstack/react-query';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { Status } from '../../ui/Badge.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import table from '../../ui/Table.module.css';
import type { PanelProps } from '../facet.ts';

/** The session's tasks. */
export default function TasksPanel({ session }: PanelProps) {
  const client = useClient();
  const { data, error } = useQuery({
    queryKey: keys.tasks(session.session_id),
    queryFn: ({ signal }) => client.tasks.listOf(session.session_id, { limit: 1000 }, { signal }),
  });
  if (error) {
    return <ProblemView error={error} />;
  }
  if (data?.tasks.length === 0) {
    return <Empty title="No tasks yet">A task begins when a participant is asked for work.</Empty>;
  }
  return (
    <Section title="Tasks" flush>
      <table className={table.table}>
        <thead>
          <tr>
            <th>Task</th>
            <th>State</th>
            <th>Agent</th>
          </tr>
        </thead>
        <tbody>
          {data?.tasks.map((task) => (
            <tr key={task.task_id}>
              <td>{task.task_type}</td>
              <td>
                <Status of={task.status} />
              </td>
              <td>{task.assignee}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

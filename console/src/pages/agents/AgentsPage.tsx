import { Page } from '../../ui/Page.tsx';

/** Agents. */
export function AgentsPage() {
  return <Page title="Agents">{null}</Page>;
}

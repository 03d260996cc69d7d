import { Page } from '../../ui/Page.tsx';

/** Server. */
export function ServerPage() {
  return <Page title="Server">{null}</Page>;
}

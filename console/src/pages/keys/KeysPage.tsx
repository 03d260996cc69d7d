import { Page } from '../../ui/Page.tsx';

/** Keys. */
export function KeysPage() {
  return <Page title="Keys">{null}</Page>;
}

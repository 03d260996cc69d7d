import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Key } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys, whoamiQuery } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Command } from '../../ui/Copy.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import table from '../../ui/Table.module.css';
import { Ago, useNow } from '../../ui/Times.tsx';
import css from './Keys.module.css';
import { NewKey } from './NewKey.tsx';
import { RevokeKey } from './RevokeKey.tsx';

/** The keys of the server, for its administrators. */
export function KeysPage() {
  const client = useClient();
  const who = useQuery(whoamiQuery(client));
  const admin = who.data?.role === 'admin';
  const { data, error, refetch } = useQuery({
    queryKey: keys.accessKeys,
    queryFn: ({ signal }) => client.keys.list({ signal }),
    refetchInterval: EVERY,
    enabled: admin,
  });
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key>();
  const problem = useTold(error ?? who.error);
  return (
    <Page
      title="Keys"
      actions={
        admin && (
          <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
            New key
          </Button>
        )
      }
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {who.data && !admin && (
        <Section>
          <Empty title="Only administrators can see keys">
            You are {who.data.name}, with the role {who.data.role}. Ask an administrator for a key with other rights.
          </Empty>
        </Section>
      )}
      {who.data?.keyless && (
        <aside className={css.notice} aria-label="This server needs no key">
          <KeyRound size={18} aria-hidden="true" />
          <div>
            <h2>This server needs no key</h2>
            <p>
              It listens only on this machine, and every user of this machine is its administrator. Before it listens on
              any other address it needs a key; once one exists, every request has to bring one. Make the first on the
              server:
            </p>
            <Command>sessiond key create --name you --role admin</Command>
            <p>
              If the server was started with <code>--dir</code>, add the same <code>--dir</code>: keys are in its
              directory.
            </p>
          </div>
        </aside>
      )}
      {data && (
        <Section flush>
          {data.keys.length === 0 ? (
            <Empty title="No keys yet">
              {who.data?.keyless
                ? 'This server does not need one yet.'
                : 'You use the administrator’s key of the configuration. Create keys for others with “New key”.'}
            </Empty>
          ) : (
            <KeyTable of={data.keys} onRevoke={setRevoking} />
          )}
        </Section>
      )}
      <NewKey open={making} keyless={who.data?.keyless ?? false} onClose={() => setMaking(false)} />
      <RevokeKey of={revoking} onClose={() => setRevoking(undefined)} />
    </Page>
  );
}

type State = 'valid' | 'expired' | 'revoked';

function stateOf(key: Key, now: number): State {
  if (key.revoked_at) {
    return 'revoked';
  }
  return key.expires_at && Date.parse(key.expires_at) <= now ? 'expired' : 'valid';
}

function KeyTable({ of, onRevoke }: { of: readonly Key[]; onRevoke: (key: Key) => void }) {
  const now = useNow();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">State</th>
          <th scope="col" className={css.wide}>
            Agents
          </th>
          <th scope="col" className={css.wide}>
            Created
          </th>
          <th scope="col" className={css.wide}>
            Expires
          </th>
          <th scope="col">
            <span className="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map((key) => {
          const state = stateOf(key, now);
          return (
            <tr key={key.key_id} data-key={key.key_id} data-state={state}>
              <td className={css.name}>
                <strong>{key.name}</strong>
                <code>{key.key_id}</code>
              </td>
              <td>{key.role}</td>
              <td>
                <Status noun="key" of={state} />
              </td>
              <td className={`${css.wide} ${css.agents}`}>{key.agents?.join(', ') || <span>–</span>}</td>
              <td className={css.wide}>
                <Ago time={key.created_at} />
              </td>
              <td className={css.wide}>{key.expires_at ? <Ago time={key.expires_at} /> : 'never'}</td>
              <td className={css.action}>
                {state === 'valid' && (
                  <Button look="quiet" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}, ${key.key_id}`}>
                    Revoke
                  </Button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

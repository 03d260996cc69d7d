import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { type MessageType, type Priority, Problem, parseJson, type Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { SelectField, TextArea, TextField, words } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import css from './ParticipantsPanel.module.css';

interface DialogProps {
  session: Session;
  onClose: () => void;
}

const present = (session: Session) => (session.participants ?? []).filter(({ status }) => status !== 'left');

/** Lets an agent take part. */
export function AddDialog({ session, onClose }: DialogProps) {
  const client = useClient();
  const id = useId();
  const { data } = useQuery({
    queryKey: [...keys.agents, 'known'],
    queryFn: ({ signal }) => client.agents.list({ limit: 200 }, { signal }),
  });
  const taken = new Set(present(session).map(({ agent_id }) => agent_id));
  return (
    <FormDialog
      open
      draft={`participant/${session.session_id}`}
      onClose={onClose}
      title="Add participant"
      description="It can then receive tasks and write to the session. It does not need to be registered yet."
      action="Add"
      submit={async (form) => {
        const agent_id = words(form, 'agent_id');
        await client.participants.add(session.session_id, { agent_id, role: words(form, 'role') });
        toast(`${agent_id} added`);
      }}
    >
      <TextField
        label="Agent"
        name="agent_id"
        required
        autoFocus
        list={`${id}agents`}
        placeholder="opencode://backend"
        hint="framework://name"
      />
      <datalist id={`${id}agents`}>
        {data?.agents
          .filter(({ agent_id }) => !taken.has(agent_id))
          .map(({ agent_id }) => (
            <option key={agent_id} value={agent_id} />
          ))}
      </datalist>
      <TextField label="Role" name="role" required list={`${id}roles`} placeholder="implementer" />
      <datalist id={`${id}roles`}>
        {['implementer', 'reviewer', 'tester', 'observer'].map((role) => (
          <option key={role} value={role} />
        ))}
      </datalist>
    </FormDialog>
  );
}

/** Lets an agent take part no more. */
export function RemoveDialog({ session, agentId, onClose }: DialogProps & { agentId: string }) {
  const client = useClient();
  return (
    <ConfirmDialog
      danger
      onClose={onClose}
      title={`Remove ${agentId}`}
      description="It can no longer receive tasks or write to the session, and its lease ends. You can add it again."
      action="Remove"
      act={async () => {
        await client.participants.remove(session.session_id, agentId);
        return `${agentId} removed`;
      }}
    />
  );
}

const TYPES: readonly MessageType[] = ['status_update', 'task_request', 'task_response', 'error'];
const PRIORITIES: readonly Priority[] = ['low', 'medium', 'high', 'critical'];
const EFFECTS: Record<string, string> = {
  status_update: 'Delivered unchanged; it reports progress if it names a task.',
  task_request: 'Creates a task of the session. Name the type of work in task_type.',
  task_response: 'Completes the task that it names: set task_id and result.',
  error: 'Fails the current attempt of the task that it names: set task_id and error.',
};

/** Sends a message of the session to a participant. */
export function MessageDialog({ session, agentId, onClose }: DialogProps & { agentId: string }) {
  const client = useClient();
  const queries = useQueryClient();
  const [type, setType] = useState<MessageType>('status_update');
  // One id for all tries of what is written here, so that it is sent once.
  const [messageId] = useState(() => `console_${Date.now().toString(36)}_${Math.random().toString(36).slice(2)}`);
  const senders = present(session).filter(({ agent_id }) => agent_id !== agentId);
  const first = senders.find(({ agent_id }) => agent_id === session.orchestrator) ?? senders[0];
  return (
    <FormDialog
      open
      draft={`message/${session.session_id}/${agentId}`}
      wide
      onClose={onClose}
      title={`Send a message to ${agentId}`}
      description="The message stays in the agent's inbox until the agent acknowledges it."
      action="Send"
      submit={async (form) => {
        await client.messages.send({
          message_id: messageId,
          timestamp: new Date().toISOString(),
          sender: { agent_id: words(form, 'sender'), session_id: session.session_id },
          recipient: { agent_id: agentId },
          message_type: type,
          priority: words(form, 'priority') as Priority,
          payload: payloadOf(words(form, 'payload')),
        });
        toast(`Message to ${agentId} sent`);
        void queries.invalidateQueries({ queryKey: keys.session(session.session_id) });
      }}
    >
      {senders.length === 0 && <p role="alert">Another participant is needed as the sender.</p>}
      <div className={css.pair}>
        <SelectField label="From" name="sender" required defaultValue={first?.agent_id}>
          {senders.map(({ agent_id, lease }) => (
            <option key={agent_id} value={agent_id} disabled={Boolean(lease)}>
              {agent_id}
              {lease ? ' (its lease is held)' : ''}
            </option>
          ))}
        </SelectField>
        <SelectField label="Priority" name="priority" defaultValue="medium">
          {PRIORITIES.map((priority) => (
            <option key={priority}>{priority}</option>
          ))}
        </SelectField>
      </div>
      <SelectField
        label="Type"
        name="message_type"
        value={type}
        hint={EFFECTS[type]}
        onChange={({ target }) => setType(target.value as MessageType)}
      >
        {TYPES.map((type) => (
          <option key={type} value={type}>
            {type.replaceAll('_', ' ')}
          </option>
        ))}
      </SelectField>
      <TextArea
        key={type}
        label="Payload"
        name="payload"
        mono
        rows={7}
        required
        defaultValue={
          type === 'task_request'
            ? '{\n  "task_type": ""\n}'
            : type === 'status_update'
              ? '{\n  "text": ""\n}'
              : '{\n  "task_id": ""\n}'
        }
        hint="JSON"
      />
    </FormDialog>
  );
}

function payloadOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new Problem({
      code: 'invalid_input',
      detail: 'The payload is not JSON.',
      errors: [{ pointer: '/payload', detail: String(error) }],
    });
  }
}

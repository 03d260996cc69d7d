import { Users } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';

/** Who takes part, and under which lease they write. */
export const participants = {
  name: 'participants',
  tone: 'good',
  panels: [
    panel({
      id: 'participants',
      title: 'Participants',
      icon: Users,
      shows: (session) => session.kind !== 'execution' || (session.participants?.length ?? 0) > 0,
      count: (session) => session.participants?.filter(({ status }) => status !== 'left').length,
      load: () => import('./ParticipantsPanel.tsx'),
    }),
  ],
  words: {
    participant_added: (data) => `${data.agent_id} joined as ${data.role}`,
    participant_removed: (data) => `${data.agent_id} left`,
    lease_claimed: (data) => `${data.holder} writes as ${data.agent_id}, token ${data.fence}`,
    lease_released: (data) => `${data.agent_id} released its lease`,
    lease_expired: (data) => `${data.agent_id} lost its lease; its token ${data.fence} is void`,
    message_sent: (data) => `${data.sender} → ${data.recipient}: ${data.message_type}`,
  },
} satisfies Facet;

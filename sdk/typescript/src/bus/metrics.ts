/** The figures of the tutorial's bus, counted by the server. */
export interface BusMetrics {
  /** Messages that the server has accepted since it started. */
  total_messages: number;
  /** Sessions that have not ended: all of them for an administrator, else those that the key may see. */
  active_sessions: number;
  /** Registered agents. */
  registered_agents: number;
  /** The mean time of the server's answers in milliseconds; waiting for messages and events does not count. */
  average_response_time: number;
  /** The share of requests that the server failed to answer (status 500 and above), from 0 to 1. */
  error_rate: number;
  /** Milliseconds since this bus was started. */
  uptime: number;
  /** Messages a second since this bus was started. */
  throughput: number;
}

/** One line of the text format of Prometheus. */
interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Routes whose answers wait for something to happen. */
const WAITING = new Set(['/ws', '/agents/{agent_id}/inbox', '/sessions/{session_id}/events', '/messages/send']);

/** What the server's figures say of messages and requests. */
export function readMetrics(text: string): Pick<BusMetrics, 'total_messages' | 'average_response_time' | 'error_rate'> {
  const samples = parse(text);
  const sum = (name: string, where: (labels: Sample['labels']) => boolean = () => true) =>
    samples.reduce((total, sample) => (sample.name === name && where(sample.labels) ? total + sample.value : total), 0);
  const prompt = ({ route = '' }: Sample['labels']) => !WAITING.has(route);
  const requests = sum('sessiond_http_requests_total');
  const failures = sum('sessiond_http_requests_total', ({ status = '' }) => Number(status) >= 500);
  const answers = sum('sessiond_http_request_duration_seconds_count', prompt);
  const seconds = sum('sessiond_http_request_duration_seconds_sum', prompt);
  return {
    total_messages: sum('sessiond_messages_total'),
    average_response_time: answers > 0 ? (1_000 * seconds) / answers : 0,
    error_rate: requests > 0 ? failures / requests : 0,
  };
}

function parse(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match) {
      const labels: Sample['labels'] = {};
      for (const [, name = '', value = ''] of (match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
        labels[name] = value;
      }
      samples.push({ name: match[1] ?? '', labels, value: Number(match[3]) });
    }
  }
  return samples;
}

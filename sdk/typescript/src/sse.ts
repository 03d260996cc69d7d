/** One event of an event stream. */
export interface Frame {
  event: string;
  data: string;
  /** The cursor to resume after it, where the stream names one. */
  id?: string;
}

/** Reads the event stream format (WHATWG HTML, "Server-sent events") from pieces that break anywhere. */
export class FrameParser {
  private readonly decoder = new TextDecoder();
  private buffer = '';
  private event = '';
  private id: string | undefined;
  private data: string[] = [];

  /** The frames that these bytes complete. Comments and frames without data are passed over. */
  feed(bytes: Uint8Array): Frame[] {
    this.buffer += this.decoder.decode(bytes, { stream: true });
    const frames: Frame[] = [];
    for (;;) {
      const end = /\r\n|\n|\r/.exec(this.buffer);
      // A CR at the very end may be half of a CRLF.
      if (!end || (end[0] === '\r' && end.index + 1 === this.buffer.length)) {
        return frames;
      }
      const line = this.buffer.slice(0, end.index);
      this.buffer = this.buffer.slice(end.index + end[0].length);
      if (line !== '') {
        this.field(line);
      } else {
        if (this.data.length > 0) {
          const id = this.id === undefined ? {} : { id: this.id };
          frames.push({ event: this.event || 'message', data: this.data.join('\n'), ...id });
        }
        this.event = '';
        this.id = undefined;
        this.data = [];
      }
    }
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') {
      this.event = value;
    } else if (name === 'data') {
      this.data.push(value);
    } else if (name === 'id') {
      this.id = value;
    }
  }
}

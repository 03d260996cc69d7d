/** A listener of an event with that payload. */
export type Listener<Payload> = (payload: Payload) => void;

/** A small emitter with typed events, for Node and browsers. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Calls the listener for every such event from now on. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    const listeners = this.listeners.get(name) ?? new Set();
    listeners.add(listener as Listener<never>);
    this.listeners.set(name, listeners);
    return this;
  }

  /** Calls the listener for the next such event. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    const wrapped: Listener<Events[Name]> = (payload) => {
      this.off(name, wrapped);
      listener(payload);
    };
    return this.on(name, wrapped);
  }

  /** Calls it no more. */
  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    this.listeners.get(name)?.delete(listener as Listener<never>);
    return this;
  }

  /** Tells all listeners. One that throws does not keep the others from hearing, and its error is not swallowed. */
  protected emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as Listener<Events[Name]>)(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

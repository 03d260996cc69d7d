// Generated from docs/openapi.json by `npm run types`. Change the server, never this file.

/**
 * The type of an event that this package does not know: any text but the names of known events. The pattern and the mark are
 * there for the compiler alone; `const type: string = event.type` is the text.
 */
export type UnknownEventType = `${string} (unknown)` & { readonly unknown: unique symbol };

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads to the console, or to the documents where it was left out of the build. */
        get: operations["root"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List agents by id. */
        get: operations["list_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an agent known. */
        post: operations["register_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an agent. */
        get: operations["get_agent"];
        put?: never;
        post?: never;
        /** Remove an agent and its inbox. */
        delete: operations["delete_agent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that an agent lives. */
        post: operations["heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an inbox, waiting for the first message if asked to.
         * @description What is not acknowledged within a minute is delivered again, with a higher `attempt`.
         */
        get: operations["receive_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/inbox/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Acknowledge messages: they are not delivered again. */
        post: operations["acknowledge_messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/inbox/{message_id}/requeue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put a dead letter back into its inbox. */
        post: operations["requeue_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/aggregations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make one result from those of several agents. */
        post: operations["aggregate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads to the console. */
        get: operations["to_console"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The web console, for people with a browser. */
        get: operations["get_console"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the console, or its page for an address within it. */
        get: operations["get_console_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, for people. */
        get: operations["reference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All codes of problems. */
        get: operations["errors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/errors/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a problem's code means, and what to do. */
        get: operations["error"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/images/{image}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A picture in a guide. */
        get: operations["image"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{guide}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A guide. */
        get: operations["guide"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server lives. */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all keys, oldest first, without their secrets. */
        get: operations["list_keys"];
        put?: never;
        /**
         * Make a key; its secret is shown this once.
         * @description The secret is not kept, so that a repeat with the same `Idempotency-Key` gets the key with an empty `secret`. If the
         *     secret was lost on the way, revoke the key and make another.
         */
        post: operations["create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a key's validity at once. */
        delete: operations["revoke_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Speak MCP: one JSON-RPC message as the protocol's streamable HTTP transport has it.
         * @description Tools to list, create, join and work sessions, with the rights of the caller's key; sessions' states and journals
         *     as resources. No state is kept between requests, so there is nothing to GET or to DELETE. `x-agent-id` is who the
         *     client is when a call does not say it. The guide is at `/docs/mcp`.
         */
        post: operations["mcp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List messages to agents that the caller may act as, newest first. */
        get: operations["list_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message.
         * @description In a session a `task_request` is a task of that session, and its `task_response` completes or fails the task. With
         *     `delivery_mode: sync` the answer waits for the response.
         */
        post: operations["send_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts and latencies for Prometheus. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["get_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can write. */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the sessions that the caller may see. */
        get: operations["list_sessions"];
        put?: never;
        /** Begin a session. */
        post: operations["create_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count all sessions, by kind and status. */
        get: operations["count_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take in an exported journal. */
        post: operations["import_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a session. */
        get: operations["get_session"];
        put?: never;
        post?: never;
        /** Drop a session with everything that belongs to it. */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        /** Change a session's name, labels or expiry. */
        patch: operations["update_session"];
        trace?: never;
    };
    "/sessions/{session_id}/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record that calls began and ended.
         * @description A batch that was recorded already changes nothing, so that it may be sent again when its answer is lost.
         */
        post: operations["record_calls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a session well. */
        post: operations["complete_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the shared context. */
        get: operations["get_context"];
        /** Replace the shared context. */
        put: operations["replace_context"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Patch the shared context by a JSON merge patch (RFC 7396). */
        patch: operations["patch_context"];
        trace?: never;
    };
    "/sessions/{session_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the journal, or watch it live.
         * @description With `Accept: text/event-stream` the answer stays open: `id:` is the event's number and `event:` its type. It
         *     resumes after `Last-Event-ID` or `after`; from nowhere it begins with a `snapshot` event. A `gap` event tells what
         *     is no longer kept, and `end` that the session has ended and was told to its last event.
         */
        get: operations["list_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/execution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a process write the calls of an execution, as the only one.
         * @description Calls that are open are interrupted, and a failed execution goes on.
         */
        post: operations["begin_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export a session's whole journal.
         * @description JSON Lines: a header, then one event a line. `POST /sessions/import` takes it in again.
         */
        get: operations["export_session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a session whose work could not be done, and those that belong to it. */
        post: operations["fail_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a copy of a session, from a revision of it. */
        post: operations["fork_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/participants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add a participant. */
        post: operations["add_participant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/participants/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a participant. */
        delete: operations["remove_participant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/participants/{agent_id}/lease": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Renew a lease for as long again. */
        put: operations["renew_lease"];
        /**
         * Claim the lease of a participant.
         * @description The holder alone may write in the participant's name, with the lease's token in the header `Fencing-Token`.
         */
        post: operations["claim_lease"];
        /** Release a lease; its token stands in the header `Fencing-Token`. */
        delete: operations["release_lease"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the executive summary of a session. */
        get: operations["get_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a session's tasks, oldest first. */
        get: operations["list_session_tasks"];
        put?: never;
        /** Ask a participant for work. */
        post: operations["delegate_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/telemetry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read telemetry points, oldest first. */
        get: operations["list_points"];
        put?: never;
        /** Add telemetry points. */
        post: operations["put_points"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/terminate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a session, and those that belong to it. */
        post: operations["terminate_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/workflow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the plan, or the state of its steps, by hand. */
        put: operations["update_workflow"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/workflow/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the named step, or the only active one, by hand. */
        post: operations["advance_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tasks over all sessions that the caller may see, newest first. */
        get: operations["list_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a task. */
        get: operations["get_task"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a task. */
        post: operations["accept_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a task. */
        post: operations["cancel_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a task well. */
        post: operations["complete_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End an attempt badly; the task's policy says what follows. */
        post: operations["fail_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell how far a task is. */
        post: operations["progress_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Say who the caller is, and what its key may do. */
        get: operations["whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Receive and send an agent's messages over a WebSocket.
         * @description The first frame is `connected` with this connection's fencing token. Then come the messages that wait, and live
         *     ones, each a text frame with its `attempt`. Frames to the server are `{"type": "ack", "message_ids"}`,
         *     `{"type": "heartbeat", "status"?}` and `{"type": "send", "message"}` or a message alone. A browser sends its key as
         *     the subprotocol `bearer.<key>` beside `sessiond`. A second connection takes over; the first is closed with 4001.
         */
        get: operations["connect_agent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Acknowledges messages: they are not delivered again. */
        AckMessages: {
            /** @description Which. */
            message_ids: components["schemas"]["MessageId"][];
            /**
             * Format: int64
             * @description The token of the connection that received them; an older one is refused.
             */
            fence?: number | null;
        };
        /** @description How many messages were acknowledged by this; those that had been already do not count. */
        Acknowledged: {
            /**
             * Format: int64
             * @description How many.
             */
            acknowledged: number;
        };
        /** @description An agent that is to take part. */
        AddParticipant: {
            /** @description Who. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * @description What it does here: `implementer`, `reviewer`, `tester`, `observer` or any other word.
             * @example implementer
             */
            role: string;
            /** @description Its framework; the part of its id before `://` when absent. */
            framework?: string | null;
        };
        /** @description Ends a step by hand. */
        Advance: {
            /** @description Which; the only active one when absent. */
            step?: string | null;
        };
        /** @description An agent and how it is. */
        Agent: {
            /** @description Who. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. */
            framework: string;
            /** @description The principal who registered it. */
            owner: string;
            /** @description Whether it can be reached, and works. */
            status: components["schemas"]["AgentHealth"];
            last_seen?: components["schemas"]["Timestamp"] | null;
            /** @description When it was first registered. */
            registered_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Messages in its inbox that it has not acknowledged.
             */
            inbox_depth: number;
            /**
             * Format: double
             * @description The time from a message's acceptance to its acknowledgement, as a moving average since the server started.
             */
            latency_ms?: number | null;
            /** @description The tasks that it has not ended. */
            tasks: components["schemas"]["AgentTask"][];
            /** @description What it is and can, as it said. Its endpoints are shown only to who may act as it: they can hold a secret. */
            descriptor: components["schemas"]["AgentDescriptor"];
        };
        /** @description What an agent is and can. */
        AgentDescriptor: {
            /** @description Who it is. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework; the part of its id before `://` when absent. */
            framework?: string | null;
            /** @description What it can: `input_types, output_types, languages, tools, model_preferences, performance_profile` and more. */
            capabilities?: Record<string, unknown> | null;
            endpoints?: components["schemas"]["Endpoints"] | null;
            /** @description `version, author, tags` and more. */
            metadata?: Record<string, unknown> | null;
        };
        /**
         * @description Whether an agent can be reached, and works.
         * @enum {string}
         */
        AgentHealth: "connected" | "idle" | "busy" | "unreachable" | "gone";
        /**
         * @description An agent's id: `framework://name`.
         * @example opencode://backend
         */
        AgentId: string;
        /** @description A page of agents. */
        AgentPage: {
            /** @description The agents, by id. */
            agents: components["schemas"]["Agent"][];
            /** @description What to pass for the next page; null on the last. */
            next_cursor?: string | null;
        };
        /** @description Which agents a key may act as: an exact id, or a prefix that ends in `*`. */
        AgentPattern: string;
        /** @description What an agent gave. */
        AgentResult: {
            /** @description Who. */
            agent_id: string;
            /** @description What. */
            result?: unknown;
            /**
             * Format: double
             * @description How sure it is, from 0 to 1; 1 when absent.
             */
            confidence?: number | null;
            /** @description How long it took, in milliseconds; kept for people. */
            completion_time?: unknown;
            /** @description Why it gave nothing; it then has no say. */
            error?: unknown;
        };
        /** @description A task that an agent has. */
        AgentTask: {
            /** @description The task. */
            task_id: components["schemas"]["TaskId"];
            /** @description Its session. */
            session_id: components["schemas"]["SessionId"];
            /** @description What it is. */
            status: components["schemas"]["TaskStatus"];
        };
        /** @description Asks for one result from those of several agents. Members are written as the seed's source writes them. */
        Aggregate: {
            /** @description The session that they worked in. */
            sessionId: string;
            /** @description What kind of work it was. */
            taskType: string;
            /** @description What each gave. */
            agentResults: components["schemas"]["AgentResult"][];
            /** @description How to choose. */
            synthesisMethod: components["schemas"]["SynthesisMethod"];
            /** @description How much each agent's word counts; 1 when it is not named. */
            weights?: {
                [key: string]: number;
            } | null;
            /** @description The specialists, the first first; for `specialist_priority`. */
            specialistAgents?: string[];
        };
        /** @description One result from those of several agents. */
        Aggregation: {
            /** @description Its id. */
            aggregation_id: string;
            /** @description The one result; null where a person must choose. */
            unified_result: unknown;
            /**
             * Format: double
             * @description How sure it is, from 0 to 1.
             */
            confidence_score: number;
            /** @description Where they differed. */
            conflicts: components["schemas"]["Conflict"][];
            /** @description What a person should look at. */
            recommendations: string[];
            /** @description Agents that gave an error instead of a result. */
            failed_agents?: string[];
        };
        /** @description An attempt that has ended. */
        Attempt: {
            /**
             * Format: int32
             * @description Its number.
             */
            attempt: number;
            /** @description Who made it. */
            agent_id: components["schemas"]["AgentId"];
            /** @description How it ended. */
            status: components["schemas"]["TaskStatus"];
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description When it ended. */
            ended_at: components["schemas"]["Timestamp"];
            /** @description Why it failed. */
            error?: unknown;
        };
        /** @description How an agent knows the server. */
        Authentication: {
            /** @description The secret that webhooks are signed with, `whsec_` and base64 (Standard Webhooks). It is never shown again. */
            webhook_secret?: string | null;
        };
        /**
         * @description How the delay between attempts grows.
         * @enum {string}
         */
        Backoff: "linear" | "exponential";
        /**
         * @description Lets a process write the calls of an execution, as the only one. Calls that are open are interrupted, and a failed
         *     execution goes on.
         */
        BeginExecution: {
            /**
             * @description Which process, such as a host and a process id.
             * @example build-7:4711
             */
            process: string;
            /**
             * Format: int64
             * @description The last call whose record replay may use; all when absent.
             */
            keep?: number | null;
        };
        /** @description What is told of one call: that it began, that it ended, or both. */
        CallEntry: {
            /**
             * Format: int64
             * @description Its number in the session: 1, 2, 3 and so on in the order in which calls began.
             */
            call: number;
            /**
             * Format: int64
             * @description The call that made it; absent when the program itself did.
             */
            parent?: number | null;
            /**
             * @description The node's name. When it is there, the call began: `position`, `key` and `began_us` are there too.
             * @example NodeA
             */
            node?: string | null;
            kind?: components["schemas"]["CallKind"] | null;
            /**
             * Format: int32
             * @description Its index among its parent's calls, from 0.
             */
            position?: number | null;
            /**
             * @description A hash of its input, in hexadecimal digits; replay finds the call by it.
             * @example 9f86d081
             */
            key?: string | null;
            /**
             * Format: int64
             * @description The interrupted call that it resumes.
             */
            resumes?: number | null;
            /**
             * Format: int64
             * @description When it began, in microseconds since the Unix epoch.
             */
            began_us?: number | null;
            /** @description Its input: any JSON. */
            input?: unknown;
            /**
             * Format: int64
             * @description The size of its input in bytes, when that was too large to be kept here.
             */
            input_omitted?: number | null;
            status?: components["schemas"]["CallStatus"] | null;
            /**
             * Format: int64
             * @description When it ended, in microseconds since the Unix epoch.
             */
            ended_us?: number | null;
            /** @description Whether its output is shown to people alone; a replay runs the call again. */
            opaque?: boolean | null;
            /** @description Its output: any JSON. */
            output?: unknown;
            /**
             * Format: int64
             * @description The size of its output in bytes, when that was too large to be kept here.
             */
            output_omitted?: number | null;
            error?: components["schemas"]["CallError"] | null;
            usage?: components["schemas"]["Usage"] | null;
        };
        /** @description What went wrong in a call. */
        CallError: {
            /** @description The kind of error, such as the name of an exception. */
            type: string;
            /** @description What it says. */
            message: string;
            /** @description Where it came from, for people. */
            trace?: string | null;
        };
        /**
         * @description What a node is.
         * @enum {string}
         */
        CallKind: "function" | "agent" | "model" | "tool" | "other";
        /**
         * @description How a call ended.
         * @enum {string}
         */
        CallStatus: "completed" | "failed" | "timeout" | "cancelled" | "abandoned";
        /** @description The calls of a session in short. */
        Calls: {
            /**
             * Format: int64
             * @description All of them.
             */
            total: number;
            /**
             * Format: int64
             * @description Those that have not ended.
             */
            open: number;
            /**
             * Format: int64
             * @description Those that gave their result.
             */
            completed: number;
            /**
             * Format: int64
             * @description Those that gave an error.
             */
            failed: number;
            /**
             * Format: int64
             * @description Those that took too long.
             */
            timeout: number;
            /**
             * Format: int64
             * @description Those that were wanted no more.
             */
            cancelled: number;
            /**
             * Format: int64
             * @description Those that could not be stopped, and that nobody waits for.
             */
            abandoned: number;
            /**
             * Format: int64
             * @description Those that were open when their process, or the session, ended.
             */
            interrupted: number;
            /**
             * Format: int64
             * @description Tokens that models read.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Tokens that models wrote.
             */
            output_tokens: number;
            /**
             * Format: double
             * @description What models cost, in US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description The number of the process that writes.
             */
            writer: number;
            /** @description Which process that is; empty in a copy that none has taken up. */
            process: string;
        };
        /** @description Calls began and ended. */
        CallsRecorded: {
            /**
             * Format: int64
             * @description Who writes.
             */
            writer: number;
            /**
             * Format: int64
             * @description The number of this batch among those of its writer, from 1.
             */
            batch: number;
            /** @description What happened, in this order. */
            calls: components["schemas"]["CallEntry"][];
        };
        /** @description Cancels a task. */
        CancelTask: {
            /** @description Why. */
            reason?: string | null;
        };
        /** @description Takes the right to write in a participant's name. */
        ClaimLease: {
            /**
             * @description Who takes it, such as a host name and a process id.
             * @example host-1/4711
             */
            holder: string;
            /** @description How long it lasts without a renewal. */
            ttl: components["schemas"]["Span"];
        };
        /** @description A lease that was given. */
        ClaimedLease: {
            /** @description In whose name. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description What to show with each write, in the header `Fencing-Token`.
             */
            fence: number;
            /** @description When it expires without a renewal. */
            expires_at: components["schemas"]["Timestamp"];
        };
        /** @description Ends a session well. */
        Complete: {
            /** @description What was reached. */
            summary?: string | null;
            /**
             * @description Where the results lie.
             * @example [
             *       "s3://artifacts/build.zip"
             *     ]
             */
            artifacts?: string[];
        };
        /** @description Ends a task well. */
        CompleteTask: {
            /** @description What it gave. */
            result?: unknown;
            /**
             * Format: int32
             * @description The attempt that the report speaks of; another one is refused as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /** @description A field on which agents differed. */
        Conflict: {
            /** @description An RFC 6901 pointer into the result. */
            field: string;
            /** @description What was said, the heaviest first. */
            values: components["schemas"]["ConflictValue"][];
            /** @description What was chosen; null when nothing was. */
            chosen: unknown;
            unresolved?: components["schemas"]["Unresolved"] | null;
        };
        /** @description One of the values of a conflict. */
        ConflictValue: {
            /** @description The value. */
            value: unknown;
            /** @description Who said so. */
            agents: string[];
            /**
             * Format: double
             * @description Their weight together.
             */
            weight: number;
        };
        /** @description The first frame of a WebSocket connection. */
        Connected: {
            /** @description Always `connected`. */
            type: string;
            /** @description Who. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description This connection's fencing token: larger than those of all connections before it.
             */
            fence: number;
        };
        /** @description The shared context was replaced, or patched (RFC 7396). */
        ContextUpdated: {
            /** @description The whole document, when it was replaced. */
            document?: unknown;
            /** @description The merge patch, when it was patched. */
            patch?: unknown;
        };
        /** @description How many sessions there are, of all owners; for an administrator. */
        Counts: {
            /**
             * Format: int64
             * @description All of them.
             */
            total: number;
            /** @description By kind, then by status. */
            sessions: {
                [key: string]: {
                    [key: string]: number;
                };
            };
        };
        /** @description Makes a key. */
        CreateKey: {
            /**
             * @description Whom the key stands for: the owner of the sessions that it creates. Several keys may share a name; `local`,
             *     `sessiond` and `admin` are taken.
             * @example backend-team
             */
            name: string;
            /** @description What it may do at all. */
            role: components["schemas"]["Role"];
            /**
             * @description Which agents it may act as: ids, or prefixes that end in `*`. For the role `agent` alone.
             * @example [
             *       "opencode://*"
             *     ]
             */
            agents?: components["schemas"]["AgentPattern"][];
            expires_in?: components["schemas"]["Span"] | null;
        };
        /** @description Begins a session. */
        CreateSession: {
            session_id?: components["schemas"]["SessionId"] | null;
            kind?: components["schemas"]["Kind"] | null;
            /** @description What people call it. */
            name?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description Who else takes part. */
            participants?: components["schemas"]["AddParticipant"][];
            /** @description The plan. */
            workflow?: components["schemas"]["NewStep"][] | null;
            /** @description The shared context at the beginning; an object. */
            shared_context?: Record<string, unknown> | null;
            /** @description Free labels to find it by. */
            labels?: {
                [key: string]: string;
            };
            expires_in?: components["schemas"]["Span"] | null;
            /** @description The person or program that it serves, for an assistant. */
            client_id?: string | null;
            parent?: components["schemas"]["SessionId"] | null;
            /**
             * @description For an execution: the process that begins to write it at once, as its first writer.
             * @example build-7:4711
             */
            process?: string | null;
        };
        /** @description A key with its secret, which is shown this once and not kept. */
        CreatedKey: components["schemas"]["Key"] & {
            /**
             * @description What to send as `Authorization: Bearer …`. Empty in the answer to a repeat: the secret is not kept.
             * @example sk_…
             */
            secret: string;
        };
        /** @description Asks a participant for work. */
        DelegateTask: {
            /**
             * @description What kind of work.
             * @example implementation
             */
            task_type: string;
            /** @description Who is asked; it must take part. */
            delegatee: components["schemas"]["AgentId"];
            delegator?: components["schemas"]["AgentId"] | null;
            /** @description What for. */
            payload?: unknown;
            /** @description The step that it belongs to; the only active one that waits for the delegatee when absent. */
            step?: string | null;
            /** @description Orders the inbox. */
            priority?: components["schemas"]["Priority"];
            timeout?: components["schemas"]["Span"] | null;
            retry_policy?: components["schemas"]["RetryPolicy"] | null;
            /** @description Who is asked next when the delegatee fails for good. */
            fallback_agents?: components["schemas"]["AgentId"][];
        };
        /**
         * @description Whether the sender waits for the response.
         * @enum {string}
         */
        DeliveryMode: "async" | "sync";
        /** @description Where an agent listens. */
        Endpoints: {
            /**
             * @description Messages are posted here.
             * @example https://agents.example.com/inbox
             */
            http?: string | null;
            /** @description Kept for who may act as the agent. */
            mcp?: string | null;
            /** @description Kept for who may act as the agent. */
            websocket?: string | null;
        };
        /** @description One entry of a session's journal: which members `data` has follows from `type`. */
        Event: {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_created";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["SessionCreated"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_updated";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["SessionUpdated"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_forked";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["SessionForked"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_completed";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["SessionCompleted"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_terminated";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["SessionTerminated"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_failed";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["SessionFailed"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_expired";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["SessionExpired"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "participant_added";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["ParticipantAdded"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "participant_removed";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["ParticipantRemoved"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "lease_claimed";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["LeaseClaimed"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "lease_released";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["LeaseReleased"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "lease_expired";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["LeaseExpired"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "workflow_updated";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["WorkflowUpdated"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "workflow_advanced";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["WorkflowAdvanced"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "context_updated";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["ContextUpdated"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "task_delegated";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["TaskDelegated"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "task_updated";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["TaskUpdated"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "message_sent";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["MessageSent"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "execution_began";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["ExecutionBegan"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "calls_recorded";
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            data: components["schemas"]["CallsRecorded"];
        } | components["schemas"]["UnknownEvent"];
        /** @description Events, oldest first. */
        EventPage: {
            /** @description The events. */
            events: components["schemas"]["Event"][];
            /**
             * Format: int64
             * @description The number of the session's newest event.
             */
            revision: number;
            /**
             * Format: int64
             * @description What to pass as `after` for the next page; null when this page reaches the newest event.
             */
            next_cursor?: number | null;
        };
        /** @description An execution that a process writes. */
        Execution: {
            /**
             * Format: int64
             * @description What the process shows with each batch; a later process gets a larger one, and this one's batches are then
             *     refused as `writer_stale`.
             */
            writer: number;
            /** @description The session. */
            session: components["schemas"]["Session"];
        };
        /**
         * @description A process began to write calls, or took over from another. What was open then is interrupted, and a
         *     session that had failed continues.
         */
        ExecutionBegan: {
            /**
             * Format: int64
             * @description What the process shows with each batch; it grows with each process.
             */
            writer: number;
            /** @description Which process. */
            process: string;
            /**
             * Format: int64
             * @description Replay uses no record of a call with a larger number.
             */
            keep?: number | null;
        };
        /** @description How a process ends the execution that it writes. */
        ExecutionEnd: {
            /** @enum {string} */
            status: "completed";
        } | {
            /** @description Why. */
            reason: string;
            /** @enum {string} */
            status: "failed";
        };
        /** @description Ends a session whose work could not be done, and with it those that belong to it. */
        FailSession: {
            /**
             * @description Why.
             * @example NodeA: no such file
             */
            reason: string;
            /** @description More on it. */
            details?: string | null;
        };
        /** @description Ends an attempt badly; the task's policy says what follows. */
        FailTask: {
            /** @description Why. */
            error?: unknown;
            /**
             * Format: int32
             * @description The attempt that the report speaks of; another one is refused as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /** @description A field that is wrong. */
        FieldError: {
            /** @description An RFC 6901 JSON pointer into the request's body, or the name of a query parameter or header. */
            pointer: string;
            /** @description What is wrong, and what would be right. */
            detail: string;
        };
        /** @description Goes on with a copy of a session. */
        Fork: {
            /**
             * Format: int64
             * @description The last revision to copy; the present one when absent.
             */
            at_revision?: number | null;
            session_id?: components["schemas"]["SessionId"] | null;
        };
        /** @description Where a session was forked from. */
        ForkPoint: {
            /** @description The session that it was copied from. */
            session_id: components["schemas"]["SessionId"];
            /**
             * Format: int64
             * @description The last revision that was copied.
             */
            revision: number;
        };
        /** @description How the server is. */
        Health: {
            /**
             * @description `ok` or `ready`; anything else is a problem.
             * @example ok
             */
            status: string;
            /**
             * @description The version of sessiond.
             * @example 0.1.0
             */
            version: string;
        };
        /** @description An agent says that it lives. */
        Heartbeat: {
            status?: components["schemas"]["AgentHealth"] | null;
        };
        /** @description What an import gave. */
        Imported: {
            /** @description The session. */
            session_id: components["schemas"]["SessionId"];
            /**
             * Format: int64
             * @description Its revision now.
             */
            revision: number;
            /**
             * Format: int64
             * @description How many events were read.
             */
            events: number;
        };
        /** @description A message that is delivered. */
        InboxMessage: {
            /** @description Chosen by the sender; the same id again is the same message. */
            message_id: components["schemas"]["MessageId"];
            /** @description When the sender says it wrote the message. */
            timestamp: components["schemas"]["Timestamp"];
            /** @description Who sends. `session_id` names the session that the message belongs to. */
            sender: components["schemas"]["Party"];
            /** @description Who receives. */
            recipient: components["schemas"]["Party"];
            /** @description What it is. */
            message_type: components["schemas"]["MessageType"];
            /** @description Orders the inbox of the recipient. */
            priority?: components["schemas"]["Priority"];
            /** @description What it says. */
            payload?: unknown;
            /** @description How it is delivered, and what happens when that fails. */
            routing?: components["schemas"]["Routing"];
            /** @description What else the sender or the engine attaches; the engine adds `task_id` and `task_attempt` to a task's request. */
            metadata?: {
                [key: string]: unknown;
            };
            in_reply_to?: components["schemas"]["MessageId"] | null;
        } & {
            /**
             * Format: int32
             * @description How often it has been delivered, this time included.
             */
            attempt: number;
        };
        /** @description Messages to work on. */
        InboxPage: {
            /** @description The messages, in the order to work on them. */
            messages: components["schemas"]["InboxMessage"][];
        };
        /** @description A key without its secret. */
        Key: {
            /**
             * @description Names the key; not secret.
             * @example key_0198f3
             */
            key_id: string;
            /** @description Whom it stands for. */
            name: string;
            /** @description What it may do at all. */
            role: components["schemas"]["Role"];
            /** @description Which agents it may act as. */
            agents?: components["schemas"]["AgentPattern"][];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            revoked_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description All keys, oldest first. */
        KeyPage: {
            /** @description The keys. */
            keys: components["schemas"]["Key"][];
        };
        /**
         * @description Which facet leads a session.
         * @enum {string}
         */
        Kind: "workflow" | "assistant" | "training" | "federated" | "execution";
        /** @description The right to write in a participant's name, held by one process until it lets it go or is declared dead. */
        Lease: {
            /** @description Who holds it, such as a host and a process id. */
            holder: string;
            /**
             * Format: int64
             * @description What it must show with each write.
             */
            fence: number;
            /** @description How long it lasts without a renewal. */
            ttl: components["schemas"]["Span"];
        };
        /** @description A process took the right to write in a participant's name. */
        LeaseClaimed: {
            /** @description In whose name. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Which process. */
            holder: string;
            /**
             * Format: int64
             * @description What it must show with each write.
             */
            fence: number;
            /** @description How long the lease lasts without a renewal. */
            ttl: components["schemas"]["Span"];
        };
        /** @description It was not heard of in time and was declared dead. */
        LeaseExpired: {
            /** @description In whose name. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description The token that is void now.
             */
            fence: number;
        };
        /** @description It gave the right back. */
        LeaseReleased: {
            /** @description In whose name. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description The token that is void now.
             */
            fence: number;
        };
        /**
         * @description A message's id, chosen by its sender: `[A-Za-z0-9_.:-]{1,128}`.
         * @example task_impl_backend
         */
        MessageId: string;
        /** @description A message and what became of it. */
        MessageInfo: {
            /** @description The message. */
            message: components["schemas"]["SendMessage"];
            /**
             * @description `queued`, `acknowledged`, `dead` or `withdrawn`.
             * @example queued
             */
            state: string;
            /**
             * Format: int32
             * @description How often it has been delivered.
             */
            attempts: number;
            /** @description When it was accepted. */
            accepted_at: components["schemas"]["Timestamp"];
            ended_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A page of messages. */
        MessagePage: {
            /** @description The messages. */
            messages: components["schemas"]["MessageInfo"][];
            /** @description What to pass for the next page; null on the last. */
            next_cursor?: string | null;
        };
        /** @description A message between participants that is no task request. */
        MessageSent: {
            /** @description Its id. */
            message_id: components["schemas"]["MessageId"];
            /** @description From whom. */
            sender: components["schemas"]["AgentId"];
            /** @description To whom. */
            recipient: components["schemas"]["AgentId"];
            /** @description What it is. */
            message_type: components["schemas"]["MessageType"];
            /** @description Orders the inbox. */
            priority: components["schemas"]["Priority"];
            /** @description What it says. */
            payload: unknown;
            in_reply_to?: components["schemas"]["MessageId"] | null;
        };
        /**
         * @description What a message is.
         * @enum {string}
         */
        MessageType: "task_request" | "task_response" | "status_update" | "error" | "heartbeat";
        /** @description A step of a plan, as given. */
        NewStep: {
            /**
             * @description Its name, unique in the plan.
             * @example implementation
             */
            name: string;
            /** @description Who must have completed a task in it before it is complete. With none, it is ended by hand. */
            required_agents?: components["schemas"]["AgentId"][];
            /** @description Who may work in it too; when such a task fails, the step does not. */
            optional_agents?: components["schemas"]["AgentId"][];
            /** @description What it is for. */
            description?: string | null;
            /** @description The steps that must be complete before it starts. When no step of a plan names any, they run in the order given. */
            dependencies?: string[];
            /** @description What a failed task means for it. */
            on_failure?: components["schemas"]["OnFailure"];
            /** @description What it should give, for people. */
            outputs?: string[];
            /** @description How long it should take, for people. */
            estimated_duration?: string | null;
            task?: components["schemas"]["TaskTemplate"] | null;
        };
        /**
         * @description What a failed task means for its step.
         * @enum {string}
         */
        OnFailure: "fail" | "continue" | "retry";
        /** @description How a session ended. */
        Outcome: {
            /** @description What was reached, by whoever completed it. */
            summary?: string | null;
            /** @description Where the results lie, such as `s3://artifacts/build.zip`. */
            artifacts?: string[];
            /** @description Why it was stopped or failed. */
            reason?: string | null;
            /** @description More on the reason. */
            details?: string | null;
        };
        /** @description One who takes part in a session, or did. */
        Participant: {
            /** @description Who. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. */
            framework: string;
            /** @description What it does here. */
            role: string;
            /** @description What it does now. */
            status: components["schemas"]["ParticipantStatus"];
            /** @description When it joined. */
            join_time: components["schemas"]["Timestamp"];
            leave_time?: components["schemas"]["Timestamp"] | null;
            lease?: components["schemas"]["Lease"] | null;
        };
        /** @description An agent joined, or joined again. */
        ParticipantAdded: {
            /** @description Who. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. */
            framework: string;
            /** @description What it does here. */
            role: string;
        };
        /** @description An agent left. */
        ParticipantRemoved: {
            /** @description Who. */
            agent_id: components["schemas"]["AgentId"];
        };
        /**
         * @description What a participant does now.
         * @enum {string}
         */
        ParticipantStatus: "active" | "waiting" | "busy" | "left" | "session_terminated";
        /** @description One end of a message. */
        Party: {
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework; the part of its id before `://` when absent. */
            framework?: string | null;
            session_id?: components["schemas"]["SessionId"] | null;
        };
        /** @description A step of the plan and its state. */
        PlannedStep: {
            /** @description Its name, unique in the plan. */
            name: string;
            /** @description What it is for. */
            description?: string | null;
            /** @description Who must have completed a task in it before it is complete. */
            required_agents: components["schemas"]["AgentId"][];
            /** @description Who may work in it too; when such a task fails, the step does not. */
            optional_agents?: components["schemas"]["AgentId"][];
            /** @description The steps that must be complete before it starts. */
            dependencies?: string[];
            /** @description What a failed task means. */
            on_failure?: components["schemas"]["OnFailure"];
            /** @description What it should give, for people. */
            outputs?: string[];
            /** @description How long it should take, for people. */
            estimated_duration?: string | null;
            task?: components["schemas"]["TaskTemplate"] | null;
            /** @description What it is now. */
            status: components["schemas"]["StepStatus"];
            /** @description Why it is that, when not by the plan alone. */
            reason?: string | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description The revision at which it last started; tasks from before do not count for it.
             */
            started_revision?: number;
            ended_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A point: a number, a text, or both. */
        Point: {
            /**
             * @description Which series, such as `loss` or `log`.
             * @example loss
             */
            series: string;
            time?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description The step of a run.
             */
            step?: number | null;
            /**
             * Format: double
             * @description A number.
             */
            value?: number | null;
            /** @description A text. */
            text?: string | null;
        };
        /** @description Points, oldest first. */
        PointPage: {
            /** @description The points. */
            points: components["schemas"]["Reading"][];
            /**
             * Format: int64
             * @description What to pass as `after` for the next page; null when this page reaches the newest.
             */
            next_cursor?: number | null;
        };
        /**
         * @description Orders an inbox. Among messages of one sender and session the order of sending holds all the same.
         * @enum {string}
         */
        Priority: "low" | "medium" | "high" | "critical";
        /** @description What went wrong. `code` is stable and has a page, which `type` links to. */
        Problem: {
            /** @description A link to the page of the code, `/docs/errors/{code}`. */
            type: string;
            /** @description The code in words. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What went wrong this time, and what to do next. */
            detail: string;
            /**
             * @description The stable code.
             * @example session_not_found
             */
            code: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * Format: int64
             * @description For `inbox_full` and the like: when to come again, in seconds.
             */
            retry_after?: number | null;
            /** @description The fields that are wrong. */
            errors?: components["schemas"]["FieldError"][];
        };
        /** @description How much of a session's work is done. */
        Progress: {
            /**
             * @description The unit of the counts, a noun in the plural: `steps`, `tasks` or `calls`. Other kinds of session have other units.
             * @example steps
             */
            unit: string;
            /**
             * Format: int64
             * @description The number of items that have ended, failed items included.
             */
            done: number;
            /**
             * Format: int64
             * @description The number of items; absent when it is not known in advance.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description The number of items that failed.
             */
            failed?: number;
        };
        /** @description Tells how far a task is. */
        ProgressTask: {
            /** @description How far, in the agent's own words. */
            progress?: unknown;
            /**
             * Format: int32
             * @description The attempt that the report speaks of; another one is refused as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /** @description Adds points to a session's telemetry. */
        PutPoints: {
            /** @description The points, in their order; 1000 at most. */
            points: components["schemas"]["Point"][];
        };
        /** @description A point as it is read. */
        Reading: {
            /**
             * Format: int64
             * @description Its number, which grows from point to point.
             */
            id: number;
            /** @description Which series. */
            series: string;
            /** @description When. */
            time: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description The step of a run.
             */
            step?: number | null;
            /**
             * Format: double
             * @description A number.
             */
            value?: number | null;
            /** @description A text. */
            text?: string | null;
        };
        /** @description A batch of what happened to calls, in this order, and what goes with it. All of it is recorded, or nothing. */
        RecordCalls: {
            /**
             * Format: int64
             * @description The number that the process got when it began.
             */
            writer: number;
            /**
             * Format: int64
             * @description The number of this batch: a writer's are 1, 2, 3 and so on. One that was recorded already changes nothing.
             */
            batch: number;
            /** @description That calls began, ended, or both; 1000 entries at most. */
            calls?: components["schemas"]["CallEntry"][];
            /** @description What has changed in the shared context, as a JSON merge patch (RFC 7396). */
            context?: Record<string, unknown> | null;
            end?: components["schemas"]["ExecutionEnd"] | null;
        };
        /** @description A batch that is on disk. */
        Recorded: {
            /**
             * Format: int64
             * @description The session's revision.
             */
            revision: number;
        };
        /** @description Makes an agent known. */
        RegisterAgent: {
            /** @description What it is and can. */
            agent_descriptor: components["schemas"]["AgentDescriptor"];
            /** @description Where its health can be asked; kept for people. */
            health_check_url?: string | null;
            /** @description Where its state can be asked; kept for people. */
            status_endpoint?: string | null;
            authentication?: components["schemas"]["Authentication"] | null;
        };
        /** @description An agent was made known. */
        Registered: {
            /** @description Always true; what failed is a problem. */
            success: boolean;
            /** @description Who. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Whether it was unknown before; then the status is 201, else 200. */
            created?: boolean;
        };
        /** @description Renews a lease for as long again as it was given. */
        RenewLease: {
            /**
             * Format: int64
             * @description Its fencing token.
             */
            fence: number;
        };
        /** @description When and how often a failed attempt is made again. */
        RetryPolicy: {
            /**
             * Format: int32
             * @description Attempts after the first.
             */
            max_retries: number;
            /** @description How the delay grows. */
            backoff?: components["schemas"]["Backoff"];
            base?: components["schemas"]["Span"] | null;
            cap?: components["schemas"]["Span"] | null;
            /** @description Whether half of each delay is drawn at random, so that many failures do not come back at once. */
            jitter?: boolean;
        };
        /**
         * @description What a key may do at all; the session's own rules come on top.
         * @enum {string}
         */
        Role: "client" | "agent" | "admin";
        /** @description How a message is delivered, and what happens when that fails. */
        Routing: {
            timeout?: components["schemas"]["Span"] | null;
            retry_policy?: components["schemas"]["RetryPolicy"] | null;
            /** @description Who is asked next, in this order, when the recipient fails for good. */
            fallback_agents?: components["schemas"]["AgentId"][];
            /** @description Whether the sender waits for the response. */
            delivery_mode?: components["schemas"]["DeliveryMode"];
        };
        /** @description A message from one agent to another. */
        SendMessage: {
            /** @description Chosen by the sender; the same id again is the same message. */
            message_id: components["schemas"]["MessageId"];
            /** @description When the sender says it wrote the message. */
            timestamp: components["schemas"]["Timestamp"];
            /** @description Who sends. `session_id` names the session that the message belongs to. */
            sender: components["schemas"]["Party"];
            /** @description Who receives. */
            recipient: components["schemas"]["Party"];
            /** @description What it is. */
            message_type: components["schemas"]["MessageType"];
            /** @description Orders the inbox of the recipient. */
            priority?: components["schemas"]["Priority"];
            /** @description What it says. */
            payload?: unknown;
            /** @description How it is delivered, and what happens when that fails. */
            routing?: components["schemas"]["Routing"];
            /** @description What else the sender or the engine attaches; the engine adds `task_id` and `task_attempt` to a task's request. */
            metadata?: {
                [key: string]: unknown;
            };
            in_reply_to?: components["schemas"]["MessageId"] | null;
        };
        /** @description The answer to a message that was sent. */
        Sent: {
            /** @description Always true; what failed is a problem. */
            success: boolean;
            /** @description The message. */
            message_id: components["schemas"]["MessageId"];
            task_id?: components["schemas"]["TaskId"] | null;
            /**
             * @description What the task is, or `queued` when there is none, or `received` for a heartbeat.
             * @example pending
             */
            status: string;
            /** @description The response, for `delivery_mode: sync`: the task's result, or the answering message's payload. */
            response?: unknown;
        };
        /** @description A session and its state. A facet that it does not use is absent. */
        Session: {
            /** @description Its id. */
            session_id: components["schemas"]["SessionId"];
            /** @description Which facet leads it. */
            kind: components["schemas"]["Kind"];
            /** @description What people call it. */
            name?: string | null;
            /** @description Whether it lives, and how it ended. */
            status: components["schemas"]["Status"];
            /**
             * Format: int64
             * @description The number of its last event.
             */
            revision: number;
            /** @description Whose it is. */
            owner: string;
            /** @description The person or program that it serves. */
            client_id?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description Who takes part, and who has. */
            participants?: components["schemas"]["Participant"][];
            workflow?: components["schemas"]["Workflow"] | null;
            /** @description The shared context. */
            shared_context: Record<string, unknown>;
            /**
             * Format: int64
             * @description The revision at which the shared context last changed; 0 when it never did.
             */
            context_revision?: number;
            /** @description Free labels. */
            labels: {
                [key: string]: string;
            };
            parent?: components["schemas"]["SessionId"] | null;
            forked_from?: components["schemas"]["ForkPoint"] | null;
            /** @description Tasks that have not ended. */
            open_tasks: number;
            /** @description All tasks. */
            total_tasks: number;
            calls?: components["schemas"]["Calls"] | null;
            /** @description When it began. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When its last event was decided. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description The same, under the name that seed 002 gives it. */
            last_activity: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            outcome?: components["schemas"]["Outcome"] | null;
        };
        /** @description Its work is done. */
        SessionCompleted: {
            /** @description What was reached. */
            outcome: components["schemas"]["Outcome"];
        };
        /** @description The session began. */
        SessionCreated: {
            /** @description Its id. */
            session_id: components["schemas"]["SessionId"];
            /** @description Which facet leads it. */
            kind: components["schemas"]["Kind"];
            /** @description What people call it. */
            name?: string | null;
            /** @description Whose it is: a principal's name. */
            owner: string;
            /** @description The person or program that it serves, for an assistant. */
            client_id?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description Free labels to find it by. */
            labels?: {
                [key: string]: string;
            };
            expires_at?: components["schemas"]["Timestamp"] | null;
            parent?: components["schemas"]["SessionId"] | null;
            /** @description The shared context at the beginning. */
            shared_context?: unknown;
        };
        /** @description Its time ran out. */
        SessionExpired: Record<string, unknown>;
        /** @description Its work could not be done. */
        SessionFailed: {
            /** @description Why. */
            outcome: components["schemas"]["Outcome"];
        };
        /** @description The journal before this event was copied from another session. */
        SessionForked: {
            /** @description The id of this session. */
            session_id: components["schemas"]["SessionId"];
            /** @description Whose it is. */
            owner: string;
            /** @description Where it was copied from. */
            from: components["schemas"]["ForkPoint"];
        };
        /**
         * @description A session's id: `[A-Za-z0-9_.-]{1,128}`, not only dots. The engine's own are `sess_` and a time-ordered id.
         * @example sess_notifications_2025-02-02
         */
        SessionId: string;
        /** @description A page of sessions. */
        SessionPage: {
            /** @description The sessions. */
            sessions: components["schemas"]["SessionSummary"][];
            /** @description What to pass for the next page; null on the last. */
            next_cursor?: string | null;
        };
        /** @description A session's row in a list. */
        SessionSummary: {
            /** @description Its id. */
            session_id: components["schemas"]["SessionId"];
            /** @description Which facet leads it. */
            kind: components["schemas"]["Kind"];
            /** @description What people call it. */
            name?: string | null;
            /** @description Whether it lives, and how it ended. */
            status: components["schemas"]["Status"];
            /**
             * Format: int64
             * @description The number of its last event.
             */
            revision: number;
            /** @description Whose it is. */
            owner: string;
            /** @description The person or program that it serves. */
            client_id?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description Who takes part now. */
            participants: components["schemas"]["AgentId"][];
            /** @description Free labels. */
            labels: {
                [key: string]: string;
            };
            parent?: components["schemas"]["SessionId"] | null;
            forked_from?: components["schemas"]["ForkPoint"] | null;
            progress?: components["schemas"]["Progress"] | null;
            /**
             * Format: int32
             * @description Steps that are complete.
             */
            completed_steps: number;
            /**
             * Format: int32
             * @description All steps.
             */
            total_steps: number;
            /**
             * Format: int32
             * @description Tasks that have not ended.
             */
            open_tasks: number;
            /**
             * Format: int32
             * @description All tasks.
             */
            total_tasks: number;
            /** @description When it began. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When its last event was decided. */
            updated_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description Somebody stopped it. */
        SessionTerminated: {
            /** @description Why. */
            outcome: components["schemas"]["Outcome"];
        };
        /** @description Its name, labels or expiry changed; what is absent stayed. */
        SessionUpdated: {
            /** @description The new name. */
            name?: string | null;
            /** @description All labels, the new and the old. */
            labels?: {
                [key: string]: string;
            } | null;
            expires_at?: components["schemas"]["Timestamp"] | null;
        };
        /**
         * @description A length of time in milliseconds. Written as `500ms`, `300s`, `5m` or `2h`.
         * @example 300s
         */
        Span: string;
        /**
         * @description Whether a session lives, and how it ended.
         * @enum {string}
         */
        Status: "active" | "completed" | "terminated" | "failed" | "expired";
        /** @description A step of the plan and its state. */
        Step: {
            /** @description Its name. */
            name: string;
            /** @description What it is now. */
            status: components["schemas"]["StepStatus"];
            /** @description Who must have completed a task in it before it is complete. */
            required_agents: components["schemas"]["AgentId"][];
            /** @description Who may work in it too. */
            optional_agents?: components["schemas"]["AgentId"][];
            /** @description What it is for. */
            description?: string | null;
            /** @description The steps that must be complete before it starts. */
            dependencies: string[];
            /** @description What a failed task means for it. */
            on_failure: components["schemas"]["OnFailure"];
            /** @description What it should give, for people. */
            outputs?: string[];
            /** @description How long it should take, for people. */
            estimated_duration?: string | null;
            task?: components["schemas"]["TaskTemplate"] | null;
            /** @description Why it is what it is, when not by the plan alone. */
            reason?: string | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A step that changed. */
        StepChange: {
            /** @description Which. */
            name: string;
            /** @description What it is now. */
            status: components["schemas"]["StepStatus"];
            /** @description Why, when it was not by the plan alone. */
            reason?: string | null;
        };
        /**
         * @description What a step is.
         * @enum {string}
         */
        StepStatus: "pending" | "active" | "completed" | "failed";
        /**
         * @description How one result is chosen, for each field of an object on its own.
         * @enum {string}
         */
        SynthesisMethod: "consensus" | "specialist_priority" | "confidence_weighted" | "manual";
        /** @description A task and its state. */
        Task: {
            /** @description Its id. */
            task_id: components["schemas"]["TaskId"];
            /** @description Its session. */
            session_id: components["schemas"]["SessionId"];
            /** @description What kind of work. */
            task_type: string;
            delegator?: components["schemas"]["AgentId"] | null;
            /** @description Who was asked first. */
            delegatee: components["schemas"]["AgentId"];
            /** @description Who has it now: the delegatee, or a fallback agent. */
            assignee: components["schemas"]["AgentId"];
            /** @description What for. */
            payload: unknown;
            /** @description The step that it belongs to. */
            step?: string | null;
            /** @description Orders the inbox. */
            priority: components["schemas"]["Priority"];
            /** @description The time that one attempt may take. */
            timeout: components["schemas"]["Span"];
            /** @description When and how often a failed attempt is made again. */
            retry_policy: components["schemas"]["RetryPolicy"];
            /** @description Who is asked next. */
            fallback_agents?: components["schemas"]["AgentId"][];
            /** @description What it is now. */
            status: components["schemas"]["TaskStatus"];
            /**
             * Format: int32
             * @description The attempt that is under way, or was the last.
             */
            attempt: number;
            /** @description The message that carried the first request. */
            message_id: components["schemas"]["MessageId"];
            /** @description When it was delegated. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description When the present attempt is over time. */
            deadline: components["schemas"]["Timestamp"];
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description How far it is. */
            progress?: unknown;
            /** @description What it gave. */
            result?: unknown;
            /** @description Why the last attempt failed, or why it was cancelled. */
            error?: unknown;
            /** @description The attempts that have ended, oldest first. */
            attempts: components["schemas"]["Attempt"][];
        };
        /** @description A participant was asked for work. */
        TaskDelegated: {
            /** @description The task. */
            task_id: components["schemas"]["TaskId"];
            /** @description What kind of work. */
            task_type: string;
            delegator?: components["schemas"]["AgentId"] | null;
            /** @description Who is asked. */
            delegatee: components["schemas"]["AgentId"];
            /** @description What for. */
            payload: unknown;
            /** @description The step that it belongs to. */
            step?: string | null;
            /**
             * Format: int32
             * @description How often the step has started this work anew.
             */
            step_retry?: number;
            /** @description Orders the inbox. */
            priority: components["schemas"]["Priority"];
            /** @description The time that one attempt may take. */
            timeout: components["schemas"]["Span"];
            /** @description When and how often a failed attempt is made again. */
            retry_policy: components["schemas"]["RetryPolicy"];
            /** @description Who is asked next. */
            fallback_agents?: components["schemas"]["AgentId"][];
            /** @description The message that carries the request. */
            message_id: components["schemas"]["MessageId"];
            /** @description What the sender attached to the request. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description When this attempt is over time. */
            deadline: components["schemas"]["Timestamp"];
        };
        /**
         * @description A task's id: `[A-Za-z0-9_.:-]{1,128}`. The engine's own are `task_` and a time-ordered id.
         * @example task_0198f3a2
         */
        TaskId: string;
        /** @description A page of tasks. */
        TaskPage: {
            /** @description The tasks. */
            tasks: components["schemas"]["Task"][];
            /** @description What to pass for the next page; null on the last. */
            next_cursor?: string | null;
        };
        /** @description What every report on a task may say beside its own. */
        TaskReportMeta: {
            /**
             * Format: int32
             * @description The attempt that the report speaks of; another one is refused as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /**
         * @description What a task is.
         * @enum {string}
         */
        TaskStatus: "pending" | "in_progress" | "completed" | "failed" | "timeout" | "cancelled";
        /** @description The task that a plan itself delegates when a step starts. */
        TaskTemplate: {
            /** @description What kind of work. */
            task_type: string;
            /** @description What for. */
            payload?: unknown;
            /** @description Orders the inbox. */
            priority?: components["schemas"]["Priority"];
            timeout?: components["schemas"]["Span"] | null;
            retry_policy?: components["schemas"]["RetryPolicy"] | null;
            /** @description Who is asked next. */
            fallback_agents?: components["schemas"]["AgentId"][];
        };
        /** @description A task made progress or ended; what is absent stayed as it was. */
        TaskUpdated: {
            /** @description Which. */
            task_id: components["schemas"]["TaskId"];
            /** @description What it is now. */
            status: components["schemas"]["TaskStatus"];
            /**
             * Format: int32
             * @description The attempt that is under way, or was the last.
             */
            attempt: number;
            /** @description Who has it now. */
            assignee: components["schemas"]["AgentId"];
            /** @description How far it is, in the agent's own words. */
            progress?: unknown;
            /** @description What it gave. */
            result?: unknown;
            /** @description Why the attempt failed. */
            error?: unknown;
            ended?: components["schemas"]["TaskStatus"] | null;
            message_id?: components["schemas"]["MessageId"] | null;
            retry_at?: components["schemas"]["Timestamp"] | null;
            deadline?: components["schemas"]["Timestamp"] | null;
        };
        /** @description Stops a session, and with it those that belong to it. */
        Terminate: {
            /**
             * @description Why.
             * @example timeout
             */
            reason: string;
            /**
             * @description More on it.
             * @example Frontend agent offline
             */
            details?: string | null;
        };
        /**
         * Format: date-time
         * @description A point in time: milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 UTC with milliseconds.
         * @example 2025-02-02T11:00:00.000Z
         */
        Timestamp: string;
        /** @description An event of a type that this document does not know. */
        UnknownEvent: {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @description Any other type. */
            type: UnknownEventType;
            /** @description Who caused it: an agent's id, or a principal's name. */
            actor: string;
            /** @description Any JSON. */
            data: unknown;
        };
        /**
         * @description Why nothing was chosen.
         * @enum {string}
         */
        Unresolved: "manual" | "tie";
        /** @description Changes a session's name, labels or expiry; what is absent stays. */
        UpdateSession: {
            /** @description The new name. */
            name?: string | null;
            /** @description Labels to set; an empty value removes one. */
            labels?: {
                [key: string]: string;
            } | null;
            expires_in?: components["schemas"]["Span"] | null;
        };
        /** @description Sets the plan, or the state of its steps, by hand. */
        UpdateWorkflow: {
            /** @description The step to start; its dependencies must be complete. */
            current_step?: string | null;
            /** @description The steps to call complete. */
            completed_steps?: string[] | null;
            /** @description The steps to set back. */
            pending_steps?: string[] | null;
            /** @description The whole new plan; steps that keep their name keep their state. */
            steps?: components["schemas"]["NewStep"][] | null;
        };
        /** @description What a model used in a call. */
        Usage: {
            /** @description The model's name. */
            model?: string | null;
            /** @description Who runs it. */
            provider?: string | null;
            /**
             * Format: int64
             * @description Tokens that it read.
             */
            input_tokens?: number;
            /**
             * Format: int64
             * @description Tokens that it wrote.
             */
            output_tokens?: number;
            /**
             * Format: double
             * @description What it cost, in US dollars.
             */
            cost?: number | null;
            /**
             * Format: int64
             * @description How long it took to answer, in microseconds.
             */
            latency_us?: number | null;
        };
        /** @description Who the caller is. */
        Whoami: {
            /**
             * @description Whom the key stands for: the owner of the sessions that it creates. `local` where no key is needed.
             * @example backend-team
             */
            name: string;
            /** @description What the caller may do at all. */
            role: components["schemas"]["Role"];
            /**
             * @description Which agents the caller may act as: ids, or prefixes that end in `*`; an administrator may act as all.
             * @example [
             *       "opencode://*"
             *     ]
             */
            agents: components["schemas"]["AgentPattern"][];
            /** @description Whether the server needs no key, because it listens on its own machine alone and has none. */
            keyless: boolean;
        };
        /** @description The plan and how far it is. */
        Workflow: {
            /** @description The first step that is active. */
            current_step?: string | null;
            /** @description All steps that are active. */
            active_steps: string[];
            /** @description The steps that are complete. */
            completed_steps: string[];
            /** @description The steps that wait. */
            pending_steps: string[];
            /** @description The steps that failed. */
            failed_steps?: string[];
            /** @description All steps, in the order given. */
            steps: components["schemas"]["Step"][];
        };
        /** @description Steps began, ended or were set manually. */
        WorkflowAdvanced: {
            /** @description What changed, in this order. */
            steps: components["schemas"]["StepChange"][];
            /** @description The first step that is active after this. */
            current_step?: string | null;
            /** @description Whether the last step has ended. */
            workflow_completed?: boolean;
        };
        /** @description The plan was given or replaced; steps that keep their name keep their state. */
        WorkflowUpdated: {
            /** @description The whole plan. */
            steps: components["schemas"]["PlannedStep"][];
        };
    };
    responses: {
        /** @description The request cannot be read. */
        Problem400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A valid key is needed. */
        Problem401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The key may not do this. */
        Problem403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or the key may not know of it. */
        Problem404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server failed. */
        Problem405: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The state of things does not allow it. */
        Problem409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The events asked for are no longer kept. */
        Problem410: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The session has changed since it was read. */
        Problem412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        Problem413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body's type is not taken here. */
        Problem415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Fields of the request are wrong. */
        Problem422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The inbox is full; `Retry-After` says when to come again. */
        Problem429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The headers are too large. */
        Problem431: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server failed. */
        Problem500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server cannot do this now; `Retry-After` says when to come again. */
        Problem503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No response came in time. */
        Problem504: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The disk is full. */
        Problem507: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AckMessages = components['schemas']['AckMessages'];
export type Acknowledged = components['schemas']['Acknowledged'];
export type AddParticipant = components['schemas']['AddParticipant'];
export type Advance = components['schemas']['Advance'];
export type Agent = components['schemas']['Agent'];
export type AgentDescriptor = components['schemas']['AgentDescriptor'];
export type AgentHealth = components['schemas']['AgentHealth'];
export type AgentId = components['schemas']['AgentId'];
export type AgentPage = components['schemas']['AgentPage'];
export type AgentPattern = components['schemas']['AgentPattern'];
export type AgentResult = components['schemas']['AgentResult'];
export type AgentTask = components['schemas']['AgentTask'];
export type Aggregate = components['schemas']['Aggregate'];
export type Aggregation = components['schemas']['Aggregation'];
export type Attempt = components['schemas']['Attempt'];
export type Authentication = components['schemas']['Authentication'];
export type Backoff = components['schemas']['Backoff'];
export type BeginExecution = components['schemas']['BeginExecution'];
export type CallEntry = components['schemas']['CallEntry'];
export type CallError = components['schemas']['CallError'];
export type CallKind = components['schemas']['CallKind'];
export type CallStatus = components['schemas']['CallStatus'];
export type Calls = components['schemas']['Calls'];
export type CallsRecorded = components['schemas']['CallsRecorded'];
export type CancelTask = components['schemas']['CancelTask'];
export type ClaimLease = components['schemas']['ClaimLease'];
export type ClaimedLease = components['schemas']['ClaimedLease'];
export type Complete = components['schemas']['Complete'];
export type CompleteTask = components['schemas']['CompleteTask'];
export type Conflict = components['schemas']['Conflict'];
export type ConflictValue = components['schemas']['ConflictValue'];
export type Connected = components['schemas']['Connected'];
export type ContextUpdated = components['schemas']['ContextUpdated'];
export type Counts = components['schemas']['Counts'];
export type CreateKey = components['schemas']['CreateKey'];
export type CreateSession = components['schemas']['CreateSession'];
export type CreatedKey = components['schemas']['CreatedKey'];
export type DelegateTask = components['schemas']['DelegateTask'];
export type DeliveryMode = components['schemas']['DeliveryMode'];
export type Endpoints = components['schemas']['Endpoints'];
export type Event = components['schemas']['Event'];
export type EventPage = components['schemas']['EventPage'];
export type Execution = components['schemas']['Execution'];
export type ExecutionBegan = components['schemas']['ExecutionBegan'];
export type ExecutionEnd = components['schemas']['ExecutionEnd'];
export type FailSession = components['schemas']['FailSession'];
export type FailTask = components['schemas']['FailTask'];
export type FieldError = components['schemas']['FieldError'];
export type Fork = components['schemas']['Fork'];
export type ForkPoint = components['schemas']['ForkPoint'];
export type Health = components['schemas']['Health'];
export type Heartbeat = components['schemas']['Heartbeat'];
export type Imported = components['schemas']['Imported'];
export type InboxMessage = components['schemas']['InboxMessage'];
export type InboxPage = components['schemas']['InboxPage'];
export type Key = components['schemas']['Key'];
export type KeyPage = components['schemas']['KeyPage'];
export type Kind = components['schemas']['Kind'];
export type Lease = components['schemas']['Lease'];
export type LeaseClaimed = components['schemas']['LeaseClaimed'];
export type LeaseExpired = components['schemas']['LeaseExpired'];
export type LeaseReleased = components['schemas']['LeaseReleased'];
export type MessageId = components['schemas']['MessageId'];
export type MessageInfo = components['schemas']['MessageInfo'];
export type MessagePage = components['schemas']['MessagePage'];
export type MessageSent = components['schemas']['MessageSent'];
export type MessageType = components['schemas']['MessageType'];
export type NewStep = components['schemas']['NewStep'];
export type OnFailure = components['schemas']['OnFailure'];
export type Outcome = components['schemas']['Outcome'];
export type Participant = components['schemas']['Participant'];
export type ParticipantAdded = components['schemas']['ParticipantAdded'];
export type ParticipantRemoved = components['schemas']['ParticipantRemoved'];
export type ParticipantStatus = components['schemas']['ParticipantStatus'];
export type Party = components['schemas']['Party'];
export type PlannedStep = components['schemas']['PlannedStep'];
export type Point = components['schemas']['Point'];
export type PointPage = components['schemas']['PointPage'];
export type Priority = components['schemas']['Priority'];
export type Problem = components['schemas']['Problem'];
export type Progress = components['schemas']['Progress'];
export type ProgressTask = components['schemas']['ProgressTask'];
export type PutPoints = components['schemas']['PutPoints'];
export type Reading = components['schemas']['Reading'];
export type RecordCalls = components['schemas']['RecordCalls'];
export type Recorded = components['schemas']['Recorded'];
export type RegisterAgent = components['schemas']['RegisterAgent'];
export type Registered = components['schemas']['Registered'];
export type RenewLease = components['schemas']['RenewLease'];
export type RetryPolicy = components['schemas']['RetryPolicy'];
export type Role = components['schemas']['Role'];
export type Routing = components['schemas']['Routing'];
export type SendMessage = components['schemas']['SendMessage'];
export type Sent = components['schemas']['Sent'];
export type Session = components['schemas']['Session'];
export type SessionCompleted = components['schemas']['SessionCompleted'];
export type SessionCreated = components['schemas']['SessionCreated'];
export type SessionExpired = components['schemas']['SessionExpired'];
export type SessionFailed = components['schemas']['SessionFailed'];
export type SessionForked = components['schemas']['SessionForked'];
export type SessionId = components['schemas']['SessionId'];
export type SessionPage = components['schemas']['SessionPage'];
export type SessionSummary = components['schemas']['SessionSummary'];
export type SessionTerminated = components['schemas']['SessionTerminated'];
export type SessionUpdated = components['schemas']['SessionUpdated'];
export type Span = components['schemas']['Span'];
export type Status = components['schemas']['Status'];
export type Step = components['schemas']['Step'];
export type StepChange = components['schemas']['StepChange'];
export type StepStatus = components['schemas']['StepStatus'];
export type SynthesisMethod = components['schemas']['SynthesisMethod'];
export type Task = components['schemas']['Task'];
export type TaskDelegated = components['schemas']['TaskDelegated'];
export type TaskId = components['schemas']['TaskId'];
export type TaskPage = components['schemas']['TaskPage'];
export type TaskReportMeta = components['schemas']['TaskReportMeta'];
export type TaskStatus = components['schemas']['TaskStatus'];
export type TaskTemplate = components['schemas']['TaskTemplate'];
export type TaskUpdated = components['schemas']['TaskUpdated'];
export type Terminate = components['schemas']['Terminate'];
export type Timestamp = components['schemas']['Timestamp'];
export type UnknownEvent = components['schemas']['UnknownEvent'];
export type Unresolved = components['schemas']['Unresolved'];
export type UpdateSession = components['schemas']['UpdateSession'];
export type UpdateWorkflow = components['schemas']['UpdateWorkflow'];
export type Usage = components['schemas']['Usage'];
export type Whoami = components['schemas']['Whoami'];
export type Workflow = components['schemas']['Workflow'];
export type WorkflowAdvanced = components['schemas']['WorkflowAdvanced'];
export type WorkflowUpdated = components['schemas']['WorkflowUpdated'];
export type ResponseProblem400 = components['responses']['Problem400'];
export type ResponseProblem401 = components['responses']['Problem401'];
export type ResponseProblem403 = components['responses']['Problem403'];
export type ResponseProblem404 = components['responses']['Problem404'];
export type ResponseProblem405 = components['responses']['Problem405'];
export type ResponseProblem409 = components['responses']['Problem409'];
export type ResponseProblem410 = components['responses']['Problem410'];
export type ResponseProblem412 = components['responses']['Problem412'];
export type ResponseProblem413 = components['responses']['Problem413'];
export type ResponseProblem415 = components['responses']['Problem415'];
export type ResponseProblem422 = components['responses']['Problem422'];
export type ResponseProblem429 = components['responses']['Problem429'];
export type ResponseProblem431 = components['responses']['Problem431'];
export type ResponseProblem500 = components['responses']['Problem500'];
export type ResponseProblem503 = components['responses']['Problem503'];
export type ResponseProblem504 = components['responses']['Problem504'];
export type ResponseProblem507 = components['responses']['Problem507'];
export type $defs = Record<string, never>;
export interface operations {
    root: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To `/console/`, or to `/docs`. */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_agents: {
        parameters: {
            query?: {
                /** @description Rows at most; 100 when absent, 1000 at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of agents. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    register_agent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterAgent"];
            };
        };
        responses: {
            /** @description It was known already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description It is known now. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delete_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    heartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Heartbeat"] | null;
            };
        };
        responses: {
            /** @description It is heard. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    receive_messages: {
        parameters: {
            query?: {
                /** @description How long to wait for the first message, such as `30s`; not at all when absent. */
                wait?: components["schemas"]["Span"];
                /** @description Messages at most; 10 when absent, 64 at most. */
                limit?: number;
                /** @description The token of the connection that reads; an older one is refused. Without one the inbox is shared. */
                fence?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages, in the order to work on them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InboxPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    acknowledge_messages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AckMessages"];
            };
        };
        responses: {
            /** @description How many were acknowledged by this. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    requeue_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
                /**
                 * @description The message.
                 * @example task_impl_backend
                 */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It waits again, as if never delivered. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    aggregate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Aggregate"];
            };
        };
        responses: {
            /** @description The one result, and where they differed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Aggregation"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    to_console: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To `/console/`. */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_console: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_console_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The file, or the address within the console.
                 * @example sessions
                 */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file, or the page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description It is what `If-None-Match` names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    reference: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    errors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    error: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The code of a problem.
                 * @example session_not_found
                 */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    image: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The file name of a picture.
                 * @example console-session.png
                 */
                image: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                };
            };
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    guide: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                guide: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It lives. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateKey"];
            };
        };
        responses: {
            /** @description The key and its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revoke_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The key.
                 * @example key_0198f3a2
                 */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, revoked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    mcp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The response. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                    "text/event-stream": string;
                };
            };
            /** @description A notification was taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description Only those to this agent. */
                recipient?: components["schemas"]["AgentId"];
                /** @description Only those of this session. */
                session_id?: components["schemas"]["SessionId"];
                /** @description Only `queued`, `acknowledged`, `dead` or `withdrawn` ones. */
                state?: string;
                /** @description Rows at most; 100 when absent, 1000 at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    send_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendMessage"];
            };
        };
        responses: {
            /** @description The message is stored. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sent"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus's text format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description Only of this kind. */
                kind?: components["schemas"]["Kind"];
                /** @description Only in this state. */
                status?: components["schemas"]["Status"];
                /** @description Only of this owner. */
                owner?: string;
                /** @description Only with this label: `key` or `key=value`. */
                label?: string;
                /** @description Only those that belong to this session. */
                parent?: components["schemas"]["SessionId"];
                /** @description Only those copied from this session. */
                forked_from?: components["schemas"]["SessionId"];
                /** @description Only those whose id, name, client or orchestrator contains this text. */
                q?: string;
                /** @description The order: `created` (newest first, the default), `updated` (last changed first) or `name`. */
                sort?: string;
                /** @description Rows at most; 100 when absent, 1000 at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSession"];
            };
        };
        responses: {
            /** @description The session began. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    count_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many there are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Counts"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    import_session: {
        parameters: {
            query?: {
                /** @description Another id than the exported session's; the import is then a fork. */
                session_id?: components["schemas"]["SessionId"];
            };
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description What an export gave. */
        requestBody: {
            content: {
                "application/jsonl": string;
            };
        };
        responses: {
            /** @description The session is here now. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session; `ETag` is its revision. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    update_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateSession"];
            };
        };
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    record_calls: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordCalls"];
            };
        };
        responses: {
            /** @description They are on disk. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recorded"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    complete_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Complete"] | null;
            };
        };
        responses: {
            /** @description The session, completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_context: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document; `ETag` is the session's revision. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    replace_context: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The document as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    patch_context: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The document as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_events: {
        parameters: {
            query?: {
                /** @description Only events with a larger number. */
                after?: number;
                /** @description Events at most; 100 when absent, 1000 at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    begin_execution: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BeginExecution"];
            };
        };
        responses: {
            /** @description The process may write. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    export_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The journal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    fail_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FailSession"];
            };
        };
        responses: {
            /** @description The session, failed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    fork_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Fork"] | null;
            };
        };
        responses: {
            /** @description The copy. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    add_participant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddParticipant"];
            };
        };
        responses: {
            /** @description The session with its new participant. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    remove_participant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session without it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    renew_lease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenewLease"];
            };
        };
        responses: {
            /** @description The lease. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimedLease"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    claim_lease: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClaimLease"];
            };
        };
        responses: {
            /** @description The lease. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimedLease"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    release_lease: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The agent, percent-encoded.
                 * @example opencode://backend
                 */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is released. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_summary: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Markdown. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_session_tasks: {
        parameters: {
            query?: {
                /** @description Only those that this agent has. */
                assignee?: components["schemas"]["AgentId"];
                /** @description Only those in this state. */
                status?: components["schemas"]["TaskStatus"];
                /** @description Only those of this step; for a session's own list. */
                step?: string;
                /** @description Rows at most; 100 when absent, 1000 at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tasks. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delegate_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DelegateTask"];
            };
        };
        responses: {
            /** @description The task. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_points: {
        parameters: {
            query?: {
                /** @description Only of this series. */
                series?: string;
                /** @description Only points with a larger number. */
                after?: number;
                /** @description Points at most; 100 when absent, 1000 at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Points. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    put_points: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutPoints"];
            };
        };
        responses: {
            /** @description They are stored. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    terminate_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Terminate"];
            };
        };
        responses: {
            /** @description The session, terminated. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    update_workflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWorkflow"];
            };
        };
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    advance_workflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Advance"] | null;
            };
        };
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /** @description Only those that this agent has. */
                assignee?: components["schemas"]["AgentId"];
                /** @description Only those in this state. */
                status?: components["schemas"]["TaskStatus"];
                /** @description Only those of this step; for a session's own list. */
                step?: string;
                /** @description Rows at most; 100 when absent, 1000 at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tasks. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_task: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The task.
                 * @example task_0198f3a2
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    accept_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The task.
                 * @example task_0198f3a2
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskReportMeta"] | null;
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    cancel_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The task.
                 * @example task_0198f3a2
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CancelTask"] | null;
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    complete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The task.
                 * @example task_0198f3a2
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompleteTask"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    fail_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The task.
                 * @example task_0198f3a2
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FailTask"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    progress_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request with the same key has one effect and one answer, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The revision that the caller decided on, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The token of the lease that the caller holds. */
                "Fencing-Token"?: string;
                /** @description The agent that the caller acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The task.
                 * @example task_0198f3a2
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProgressTask"];
            };
        };
        responses: {
            /** @description The task as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connect_agent: {
        parameters: {
            query: {
                /**
                 * @description The agent.
                 * @example opencode://backend
                 */
                agent_id: components["schemas"]["AgentId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The protocol changes; the first frame follows. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connected"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
}

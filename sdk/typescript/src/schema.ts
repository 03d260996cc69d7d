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
        /** Redirect to the console, or to the documentation if the build has no console. */
        get: operations["root"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/a2a/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A2A endpoint of an agent: one JSON-RPC request of the Agent2Agent protocol.
         * @description A message to the agent is a task of a session: its `contextId` is the session's id, its task's id is the task's. The
         *     streaming methods respond with `text/event-stream`. The guide is at `/docs/a2a`.
         */
        post: operations["a2a"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/a2a/{agent_id}/.well-known/agent-card.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The A2A card of an agent: its skills, and where and how it is reached. */
        get: operations["a2a_card"];
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
        /** Register an agent. */
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
        /** Send a heartbeat of an agent. */
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
         * Read an inbox, optionally waiting for the first message.
         * @description A message that is not acknowledged within a minute is delivered again, with a higher `attempt`.
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
        /** Combine the results of several agents into one. */
        post: operations["aggregate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message to the assistant of a session, and wait for the answer.
         * @description The session is that of the body, of the header `x-session-id`, or of the token. With `Accept: text/event-stream` the response is the
         *     live stream of the turn.
         */
        post: operations["chat"];
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
        /** Redirect to the console. */
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
        /** The web console. */
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
        /** A file of the console, or its page for a path within the console. */
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
        /** The HTTP reference. */
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
        /** All error codes. */
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
        /** The meaning of an error code, and what to do. */
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
        /** An image of a guide. */
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
        /** Check that the server is alive. */
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
         * Create a key; its secret is shown only once.
         * @description The secret is not stored: a repeat with the same `Idempotency-Key` returns the key with an empty `secret`. If the
         *     response was lost, revoke the key and create another.
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
        /** Revoke a key immediately. */
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
         * MCP endpoint: one JSON-RPC message of the streamable HTTP transport.
         * @description Tools to list, create, join and work in sessions, with the rights of the key; the states and journals of sessions
         *     as resources. The endpoint is stateless, so it has no GET or DELETE. `x-agent-id` names the agent
         *     if a call does not. The guide is at `/docs/mcp`.
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
        /** List messages to agents that the key may act as, newest first. */
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
         * @description In a session, a `task_request` creates a task, and its `task_response` completes or fails the task. With
         *     `delivery_mode: sync` the request waits for the response.
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
        /** Metrics for Prometheus. */
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
    "/questions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the open questions of all sessions that the key may see. */
        get: operations["list_questions"];
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
        /** Check that the server can write. */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the schedules that the key owns, by id. An administrator sees all. */
        get: operations["list_schedules"];
        put?: never;
        /** Create a schedule. */
        post: operations["create_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schedules/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Return the next times that a schedule would have. Nothing is created. */
        post: operations["preview_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schedules/{schedule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a schedule. */
        get: operations["get_schedule"];
        put?: never;
        post?: never;
        /** Delete a schedule. Its sessions stay. */
        delete: operations["delete_schedule"];
        options?: never;
        head?: never;
        /** Change a schedule: pause it, resume it, or edit what it says. */
        patch: operations["update_schedule"];
        trace?: never;
    };
    "/schedules/{schedule_id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a session of a schedule now, also if the schedule is paused or its last session is active. */
        post: operations["run_schedule"];
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
        /** List the sessions that the key may see. */
        get: operations["list_sessions"];
        put?: never;
        /** Create a session. */
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
        /** Import an exported journal. */
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
        /** Delete a session with its journal, tasks and messages. */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        /** Change a session's name, labels or expiry. */
        patch: operations["update_session"];
        trace?: never;
    };
    "/sessions/{session_id}/assistant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the assistant of a session, as a whole. Absent members have the server's default. */
        put: operations["set_assistant"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
         * Record a batch of calls.
         * @description A batch that is already recorded changes nothing, so it can be sent again if its response was lost.
         */
        post: operations["record_calls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove all turns of a session and its files, and their texts from its journal. Turns that are open are stopped. */
        post: operations["clear_conversation"];
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
        /** Complete a session. */
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
        /** Apply a JSON merge patch (RFC 7396) to the shared context. */
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
         * @description With `Accept: text/event-stream` the response is a live stream: `id:` is the event's number and `event:` its type. It
         *     resumes after `Last-Event-ID` or `after`; without either it starts with a `snapshot` event. A `gap` event names the events
         *     that were dropped, and `end` follows the last event of a session that has ended.
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
         * Claim the execution for one writer process.
         * @description Open calls are interrupted, and a failed execution is resumed. An execution that the holder of a lease runs is refused to
         *     others with `execution_running`, unless `take_over` is true.
         */
        post: operations["begin_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/execution/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release the lease of the execution's writer.
         * @description The execution is interrupted, and any process may resume it. A writer that has no lease, or from which another process has
         *     taken over, changes nothing.
         */
        post: operations["release_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/execution/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew the lease of the execution's writer.
         * @description Each batch of calls renews it too. A writer whose lease has expired continues if no other process has begun meanwhile;
         *     otherwise it is rejected as `writer_stale`.
         */
        post: operations["renew_execution"];
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
         * @description JSON Lines: a header, then one event on each line. `POST /sessions/import` imports it.
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
        /** Fail a session whose work could not be done, and terminate its children. */
        post: operations["fail_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the files of a session, oldest first. */
        get: operations["list_files"];
        put?: never;
        /**
         * Upload files to a session.
         * @description The body is `multipart/form-data` with a part for each file. The text of each file is read before the response; a file
         *     without a readable text is refused, and nothing of it is kept. A file of the session with the same name is replaced.
         */
        post: operations["add_files"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the details of a file. */
        get: operations["get_file"];
        put?: never;
        post?: never;
        /** Remove a file: its bytes, its text, and its name in the journal. Quotes of it in answers stay. */
        delete: operations["delete_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/files/{file_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a file, as it was uploaded. */
        get: operations["get_file_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/files/{file_id}/passages/{passage}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a passage of a file. */
        get: operations["get_passage"];
        put?: never;
        post?: never;
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
        /** Fork a session at a revision. */
        post: operations["fork_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/head": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the turn that the next one follows: choose a branch. */
        put: operations["move_head"];
        post?: never;
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
        /** Renew a lease for another `ttl`. */
        put: operations["renew_lease"];
        /**
         * Claim the lease of a participant.
         * @description Only the holder may write in the participant's name, with the lease's token in the header `Fencing-Token`.
         */
        post: operations["claim_lease"];
        /** Release a lease; its token is in the header `Fencing-Token`. */
        delete: operations["release_lease"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/passages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search the files of a session. The passages that fit best come first. */
        get: operations["search_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/questions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a session's questions, oldest first. */
        get: operations["list_session_questions"];
        put?: never;
        /**
         * Ask a question.
         * @description The same question under the same id is asked once: a program that runs again gets the question that it asked before.
         */
        post: operations["ask_question"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/questions/{question_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a question, optionally waiting for its answer. */
        get: operations["get_question"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/questions/{question_id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer a question. */
        post: operations["answer_question"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/questions/{question_id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw a question that nobody needs the answer of any more. */
        post: operations["withdraw_question"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Retry what failed: all of it, one step, or one task. A failed session continues. */
        post: operations["retry_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/signals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a session's signals in order, optionally waiting for the first. */
        get: operations["list_signals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/signals/{signal}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a signal to a session, for its program to receive. */
        post: operations["send_signal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop all turns of a session that run or wait. */
        post: operations["stop_turns"];
        delete?: never;
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
        /** Delegate a task to a participant. */
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
        /** Terminate a session and its children. */
        post: operations["terminate_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Issue another token of a session. The one before it opens nothing any more. */
        post: operations["issue_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/turns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a session's turns in all branches, oldest first. */
        get: operations["list_turns"];
        put?: never;
        /**
         * Send a message to a session's assistant.
         * @description With `Accept: text/event-stream` the response is the live stream of the turn, as of `GET` on it.
         */
        post: operations["add_turn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/turns/{turn_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a turn, optionally waiting for its end, or follow it live.
         * @description With `Accept: text/event-stream` the response is a live stream: all of the answer so far, then the rest as it comes. Its
         *     events are `queued` (`before`), `text` and `reasoning` (`offset`, `text`) and `end` (the turn). A `text` at offset 0
         *     replaces what came before it. The stream resumes after `Last-Event-ID`.
         */
        get: operations["get_turn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/turns/{turn_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask a turn's message again, or another one in its place. Both turns stay, as branches of the conversation. */
        post: operations["retry_turn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/turns/{turn_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a turn. Its model's request is closed at once, and it keeps the answer so far. A turn that has ended stays as it is. */
        post: operations["stop_turn"];
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
        /** Replace the plan, or set the state of its steps manually. */
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
        /** Complete the named step, or the only active one, manually. */
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
        /** List the tasks of all sessions that the key may see, newest first. */
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
        /** Accept a task. */
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
        /** Complete a task. */
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
        /** Fail the current attempt; the task's policy decides what follows. */
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
        /** Report the progress of a task. */
        post: operations["progress_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload files to the session of the request.
         * @description The session is that of the header `x-session-id`, or of the token. Otherwise as `POST /sessions/{session_id}/files`.
         */
        post: operations["upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Chat completions: what follows the last answer in `messages` is a message to the session's assistant.
         * @description The session is that of the API key, when that is a session's token, or of the header `x-session-id`. The
         *     earlier messages find the turn that the message follows. A parameter that is not supported is an error. The model
         *     `assistant-stateless` has no session: it is sent all messages, and nothing is stored.
         */
        post: operations["chat_completions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a conversation: a session with an assistant. */
        post: operations["create_conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a conversation. */
        get: operations["get_conversation"];
        put?: never;
        post?: never;
        /** Delete a conversation: its session, with everything that belongs to it. */
        delete: operations["delete_conversation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{conversation_id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the messages of a conversation that lead to its head. */
        get: operations["list_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the files of the session. */
        get: operations["list_openai_files"];
        put?: never;
        /** Upload a file to the session of the API key, or of the header `x-session-id`. */
        post: operations["create_openai_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the details of a file of the session. */
        get: operations["get_openai_file"];
        put?: never;
        post?: never;
        /** Remove a file of the session. */
        delete: operations["delete_openai_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{file_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a file of the session, as it was uploaded. */
        get: operations["get_openai_file_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the models that a client of OpenAI's interface may name: `assistant` is the assistant of a session, and `assistant-stateless` the
         *     model behind it, which has no session.
         */
        get: operations["list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a model of OpenAI's interface. */
        get: operations["get_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a response: a turn of a conversation.
         * @description It follows the turn of `previous_response_id`, or the last one of `conversation`; without both it is a beginning, in the
         *     session of the API key or of the header `x-session-id`, or in a new one. With `background` the response is returned at
         *     once.
         */
        post: operations["create_response"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a response, or with `stream=true` its events after number `starting_after`. */
        get: operations["get_response"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a response: its turn is stopped, and keeps the answer so far. */
        post: operations["cancel_response"];
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
        /** Return the key's name, role and scope. */
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
         * @description The first frame is `connected` with this connection's fencing token. Then follow the waiting messages, and live
         *     messages, each a text frame with its `attempt`. Frames to the server are `{"type": "ack", "message_ids"}`,
         *     `{"type": "heartbeat", "status"?}` and `{"type": "send", "message"}` or a bare message. A browser sends its key as
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
            /** @description The ids of the messages. */
            message_ids: components["schemas"]["MessageId"][];
            /**
             * Format: int64
             * @description The fencing token of the connection that received them; an older token is rejected.
             */
            fence?: number | null;
        };
        /** @description The number of messages that this request acknowledged; messages that were already acknowledged do not count. */
        Acknowledged: {
            /**
             * Format: int64
             * @description The number.
             */
            acknowledged: number;
        };
        /** @description A new participant. */
        AddParticipant: {
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * @description Its role: `implementer`, `reviewer`, `tester`, `observer` or any other word.
             * @example implementer
             */
            role: string;
            /** @description Its framework. Default: the part of its id before `://`. */
            framework?: string | null;
        };
        /** @description Sends a message to the assistant. */
        AddTurn: {
            /**
             * @description The message.
             * @example What does the contract say about notice?
             */
            text: string;
            parent?: components["schemas"]["TurnId"] | null;
            /** @description The treatment of the message if a turn is open: `enqueue` (the default), `reject`, `interrupt` or `rollback`. */
            busy?: components["schemas"]["Busy"];
            /** @description Instructions to the model for this turn alone. */
            instructions?: string | null;
            /** @description The files that the message is about. Default: the assistant chooses from all files of the session. */
            files?: components["schemas"]["FileId"][];
            /** @description The sources of the answer: `chat` (the default), or `query`, the files alone. */
            mode?: components["schemas"]["AnswerMode"];
            /** @description Settings for this answer alone. Default: those of the session's assistant. */
            settings?: components["schemas"]["TurnSettings"];
        };
        /** @description The result of a file of an upload: `file`, or the `problem`. */
        AddedFile: {
            /** @description The file's name. */
            name: string;
            file?: components["schemas"]["File"] | null;
            replaced?: components["schemas"]["FileId"] | null;
            problem?: components["schemas"]["Problem"] | null;
        };
        /** @description The results of an upload, in the order of its files. If none of them could be added, the response is the first one's problem. */
        AddedFiles: {
            /** @description A result for each file. */
            files: components["schemas"]["AddedFile"][];
        };
        /** @description Completes a step manually. */
        Advance: {
            /** @description The step. Default: the only active step. */
            step?: string | null;
        };
        /** @description An agent and its state. */
        Agent: {
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. */
            framework: string;
            /** @description The name of the key that registered it. */
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
             * @description The time from the acceptance of a message to its acknowledgement: a moving average since the server started.
             */
            latency_ms?: number | null;
            webhook?: components["schemas"]["Webhook"] | null;
            /** @description Its open tasks. */
            tasks: components["schemas"]["AgentTask"][];
            /**
             * @description The path of its A2A card.
             * @example /a2a/opencode%3A%2F%2Fbackend/.well-known/agent-card.json
             */
            agent_card?: string;
            /** @description Its descriptor, as registered. Only keys that may act as the agent see its endpoints, which may contain a secret. */
            descriptor: components["schemas"]["AgentDescriptor"];
        };
        /** @description An agent's identity and capabilities. */
        AgentDescriptor: {
            /** @description Its id. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. Default: the part of its id before `://`. */
            framework?: string | null;
            /** @description Its capabilities: `input_types, output_types, languages, tools, model_preferences, performance_profile` and others. */
            capabilities?: Record<string, unknown> | null;
            endpoints?: components["schemas"]["Endpoints"] | null;
            /** @description `version, author, tags` and others. */
            metadata?: Record<string, unknown> | null;
        };
        /**
         * @description An agent's state.
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
            /** @description The `cursor` of the next page; null on the last page. */
            next_cursor?: string | null;
        };
        /** @description Which agents a key may act as: an exact id, or a prefix that ends in `*`. */
        AgentPattern: string;
        /** @description An agent's result. */
        AgentResult: {
            /** @description The agent. */
            agent_id: string;
            /** @description The result. */
            result?: unknown;
            /**
             * Format: double
             * @description Its confidence, from 0 to 1. Default: 1.
             */
            confidence?: number | null;
            /** @description How long it took, in milliseconds; for display only. */
            completion_time?: unknown;
            /** @description Why it has no result; the agent is then ignored. */
            error?: unknown;
        };
        /** @description A task of an agent. */
        AgentTask: {
            /** @description The task. */
            task_id: components["schemas"]["TaskId"];
            /** @description Its session. */
            session_id: components["schemas"]["SessionId"];
            /** @description Its status. */
            status: components["schemas"]["TaskStatus"];
        };
        /** @description Combines the results of several agents into one. Its members are in camelCase. */
        Aggregate: {
            /** @description The session that they worked in. */
            sessionId: string;
            /** @description The type of work. */
            taskType: string;
            /** @description The results. */
            agentResults: components["schemas"]["AgentResult"][];
            /** @description The method. */
            synthesisMethod: components["schemas"]["SynthesisMethod"];
            /** @description Each agent's weight. Default: 1. */
            weights?: {
                [key: string]: number;
            } | null;
            /** @description The specialists in order of priority, for `specialist_priority`. */
            specialistAgents?: string[];
        };
        /** @description The combined result of several agents. */
        Aggregation: {
            /** @description Its id. */
            aggregation_id: string;
            /** @description The combined result; null where a person must choose. */
            unified_result: unknown;
            /**
             * Format: double
             * @description Its confidence, from 0 to 1.
             */
            confidence_score: number;
            /** @description The fields on which the agents differed. */
            conflicts: components["schemas"]["Conflict"][];
            /** @description Recommendations for a person. */
            recommendations: string[];
            /** @description Agents that have an error instead of a result. */
            failed_agents?: string[];
        };
        /**
         * @description The sources of an answer.
         * @enum {string}
         */
        AnswerMode: "chat" | "query";
        /** @description Answers a question. */
        AnswerQuestion: {
            /**
             * @description The answer: any JSON that keeps the question's schema. An approval needs an object with `approved`, a boolean,
             *     and optionally a `comment`.
             */
            answer: unknown;
        };
        /** @description Asks a question. The same question under the same id is asked once. */
        AskQuestion: {
            question_id?: components["schemas"]["QuestionId"] | null;
            /** @description `input` (the default) or `approval`. */
            kind?: components["schemas"]["QuestionKind"];
            /**
             * @description The text of the question.
             * @example Which region?
             */
            text: string;
            /** @description The facts for an answer, such as the arguments of the call to approve: any JSON. */
            details?: unknown;
            /** @description The JSON schema (2020-12) of the answer. Default: any JSON. An approval has a schema of its own. */
            schema?: Record<string, unknown> | null;
            /** @description The call, the task or the step that asks. Default: the session as a whole. */
            asker?: components["schemas"]["Asker"];
            /**
             * @description The names of the keys and the ids of the agents that alone may answer. Default: the session's owner and
             *     orchestrator. Administrators may always answer.
             */
            answerers?: string[];
            timeout?: components["schemas"]["Span"] | null;
            /** @description The answer if it expires: any JSON that keeps the schema. */
            default?: unknown;
        };
        /** @description For what a question is asked: a call, a task or a step. None of them: the session as a whole. */
        Asker: {
            /**
             * Format: int64
             * @description The number of the call.
             */
            call?: number | null;
            task_id?: components["schemas"]["TaskId"] | null;
            /** @description The step's name. */
            step?: string | null;
        };
        /** @description The assistant of a session. Absent members have the server's default. */
        Assistant: {
            /** @description The model's name. */
            model?: string | null;
            /** @description How it shall behave: the first message of each request to the model. */
            prompt?: string | null;
            /**
             * Format: double
             * @description How freely it draws its words: from 0, the likeliest each time, to 2.
             */
            temperature?: number | null;
            /**
             * Format: int32
             * @description The maximum number of tokens of an answer.
             */
            max_tokens?: number | null;
            /**
             * @description The tools that the model may call: `search`, `grep`, `read`, `calculate`, and the names of the server's MCP servers. Empty
             *     for none.
             */
            tools?: string[] | null;
        };
        /** @description The assistant was set, as a whole. */
        AssistantSet: {
            /** @description The assistant. */
            assistant: components["schemas"]["Assistant"];
        };
        /** @description An attempt that has ended. */
        Attempt: {
            /**
             * Format: int32
             * @description Its number.
             */
            attempt: number;
            /** @description The agent that made it. */
            agent_id: components["schemas"]["AgentId"];
            /** @description How it ended. */
            status: components["schemas"]["TaskStatus"];
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description When it ended. */
            ended_at: components["schemas"]["Timestamp"];
            /** @description Why it failed. */
            error?: unknown;
        };
        /** @description How an agent authenticates the server. */
        Authentication: {
            /** @description The secret that signs webhooks, `whsec_` and base64 (Standard Webhooks). It is never returned. */
            webhook_secret?: string | null;
        };
        /**
         * @description How the delay between attempts grows.
         * @enum {string}
         */
        Backoff: "linear" | "exponential";
        /**
         * @description Claims an execution for one writer process. Open calls are interrupted, and a failed
         *     execution is resumed. While another holder's lease is in force, the request fails with `execution_running`.
         */
        BeginExecution: {
            /**
             * @description The process, such as a host and a process id.
             * @example build-7:4711
             */
            process: string;
            /**
             * Format: int64
             * @description The last call whose record replay may use. Default: all calls.
             */
            keep?: number | null;
            lease?: components["schemas"]["ExecutionLease"] | null;
            /** @description Whether to take the execution also from the holder of a lease. Default: false. */
            take_over?: boolean;
        };
        /**
         * @description The treatment of a message that comes while a turn is open.
         * @enum {string}
         */
        Busy: "reject" | "enqueue" | "interrupt" | "rollback";
        /** @description One entry about a call: its start, its end, or both. */
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
             * @description The branch of its parent's concurrency that made it; absent for the parent's own line.
             * @example fetch#1
             */
            branch?: string | null;
            /**
             * Format: int32
             * @description Its index among the calls of that branch, from 0.
             */
            position?: number | null;
            /**
             * Format: int64
             * @description The place of its begin among all begins, ends and context writes of the session, from 1.
             */
            began_order?: number | null;
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
            /**
             * Format: int64
             * @description The place of its end among all begins, ends and context writes of the session, from 1.
             */
            ended_order?: number | null;
            /** @description Whether its output is shown to people alone; a replay runs the call again. */
            opaque?: boolean | null;
            /** @description Its output: any JSON. */
            output?: unknown;
            /**
             * Format: int64
             * @description The size of its output in bytes, when that was too large to be kept here.
             */
            output_omitted?: number | null;
            /** @description The SHA-256 of an omitted output that the process kept beside its journal, in hexadecimal digits. */
            output_sha256?: string | null;
            error?: components["schemas"]["CallError"] | null;
            usage?: components["schemas"]["Usage"] | null;
        };
        /** @description The error of a call. */
        CallError: {
            /** @description The kind of error, such as the name of an exception. */
            type: string;
            /** @description Its message. */
            message: string;
            /** @description Its stack trace. */
            trace?: string | null;
            /** @description The error as its language writes it, from which replay raises it again: any JSON. */
            value?: unknown;
        };
        /**
         * @description The kind of a node.
         * @enum {string}
         */
        CallKind: "function" | "agent" | "model" | "tool" | "other";
        /**
         * @description How a call ended.
         * @enum {string}
         */
        CallStatus: "completed" | "failed" | "timeout" | "cancelled" | "abandoned";
        /** @description The totals of the calls of a session. */
        Calls: {
            /**
             * Format: int64
             * @description All calls.
             */
            total: number;
            /**
             * Format: int64
             * @description Calls that have not ended.
             */
            open: number;
            /**
             * Format: int64
             * @description Calls that returned a result.
             */
            completed: number;
            /**
             * Format: int64
             * @description Calls that failed with an error.
             */
            failed: number;
            /**
             * Format: int64
             * @description Calls that exceeded their time.
             */
            timeout: number;
            /**
             * Format: int64
             * @description Calls that were cancelled.
             */
            cancelled: number;
            /**
             * Format: int64
             * @description Calls that could not be stopped and that nothing waits for.
             */
            abandoned: number;
            /**
             * Format: int64
             * @description Calls that were open when their process, or the session, ended.
             */
            interrupted: number;
            /**
             * Format: int64
             * @description Tokens of prompts.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Tokens of answers.
             */
            output_tokens: number;
            /**
             * Format: double
             * @description The cost of models, in US dollars.
             */
            cost: number;
            /**
             * Format: int64
             * @description The current writer's number.
             */
            writer: number;
            /** @description The writer's process; empty in a fork that no process has resumed. */
            process: string;
            lease?: components["schemas"]["ExecutionLease"] | null;
            /** @description Whether the writer had a lease and has released it, or not renewed it: the execution is interrupted. False if absent. */
            away?: boolean;
        };
        /** @description The writer recorded a batch of calls. */
        CallsRecorded: {
            /**
             * Format: int64
             * @description The writer's number.
             */
            writer: number;
            /**
             * Format: int64
             * @description The batch's number for this writer, from 1.
             */
            batch: number;
            /** @description The entries, in order. */
            calls: components["schemas"]["CallEntry"][];
            /** @description The calls whose error ended the program; replay runs them again. Empty if absent. */
            fatal?: number[];
        };
        /** @description Cancels a task. */
        CancelTask: {
            /** @description The reason. */
            reason?: string | null;
        };
        /** @description Sends a message to the assistant of a session, and waits for the answer. */
        Chat: {
            /** @description The message. */
            message: string;
            session_id?: components["schemas"]["SessionId"] | null;
            /** @description The files that the message is about. Default: the assistant chooses from all files of the session. */
            files?: components["schemas"]["FileId"][];
            /** @description The sources of the answer: `chat` (the default), or `query`, the files alone. */
            mode?: components["schemas"]["AnswerMode"];
            /** @description Settings for this answer alone. Default: those of the session's assistant. */
            settings?: components["schemas"]["TurnSettings"];
        };
        /** @description The assistant's answer. */
        ChatAnswer: {
            /** @description The answer. */
            response: string;
            /** @description The session. */
            session_id: components["schemas"]["SessionId"];
            /** @description The turn. */
            turn: components["schemas"]["TurnId"];
            /** @description The model's name; null if no model answered. */
            model?: string | null;
            usage?: components["schemas"]["Usage"] | null;
            /** @description The sources that the answer cites. The server has checked each. */
            citations: components["schemas"]["Citation"][];
            /** @description When the answer was complete. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description A source that an answer cites. */
        Citation: {
            /**
             * Format: int32
             * @description The number of the source, as it is in the answer: `[1]`.
             */
            number: number;
            /** @description The file. */
            file_id: components["schemas"]["FileId"];
            /** @description The file's name then. */
            name: string;
            /**
             * Format: int32
             * @description The number of the passage in the file.
             */
            passage?: number | null;
            /** @description Where it is in the file, such as `page 3, lines 4–9`. */
            place?: string | null;
            /** @description A copy of the passage's text, so that it can be read when the file has gone. */
            quote: string;
        };
        /** @description Claims the lease of a participant. */
        ClaimLease: {
            /**
             * @description The holder, such as a host name and a process id.
             * @example host-1/4711
             */
            holder: string;
            /** @description How long it lasts without a renewal. */
            ttl: components["schemas"]["Span"];
        };
        /** @description A claimed lease. */
        ClaimedLease: {
            /** @description The participant. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description The fencing token, for the header `Fencing-Token` of each write.
             */
            fence: number;
            /** @description When it expires without a renewal. */
            expires_at: components["schemas"]["Timestamp"];
        };
        /** @description Removes all turns. */
        ClearConversation: {
            /** @description Whether the session's files stay. Default: they are removed too. */
            keep_files?: boolean;
        };
        /** @description Completes a session. */
        Complete: {
            /** @description A summary of the result. */
            summary?: string | null;
            /**
             * @description Where the results are.
             * @example [
             *       "s3://artifacts/build.zip"
             *     ]
             */
            artifacts?: string[];
        };
        /** @description Completes a task. */
        CompleteTask: {
            /** @description Its result. */
            result?: unknown;
            /**
             * Format: int32
             * @description The attempt that the report refers to; another attempt is rejected as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /** @description A field on which agents differed. */
        Conflict: {
            /** @description An RFC 6901 pointer into the result. */
            field: string;
            /** @description The values, by decreasing weight. */
            values: components["schemas"]["ConflictValue"][];
            /** @description The chosen value; null if none was chosen. */
            chosen: unknown;
            unresolved?: components["schemas"]["Unresolved"] | null;
        };
        /** @description One of the values of a conflict. */
        ConflictValue: {
            /** @description The value. */
            value: unknown;
            /** @description The agents that returned this value. */
            agents: string[];
            /**
             * Format: double
             * @description Their total weight.
             */
            weight: number;
        };
        /** @description The first frame of a WebSocket connection. */
        Connected: {
            /** @description Always `connected`. */
            type: string;
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description This connection's fencing token: larger than that of every earlier connection.
             */
            fence: number;
        };
        /** @description The shared context was replaced, patched, or written by a program. Exactly one of the members is present. */
        ContextUpdated: {
            /** @description The whole document, if it was replaced. */
            document?: unknown;
            /** @description The merge patch (RFC 7396), if it was patched. */
            patch?: unknown;
            /** @description The values that a program wrote, in order. */
            writes?: components["schemas"]["ContextWrite"][] | null;
        };
        /** @description A value of the shared context that a program wrote. It replaces the whole value that was there. */
        ContextWrite: {
            /**
             * Format: int64
             * @description Its place among all begins, ends and context writes of the session, from 1. 0 for a value that was given when
             *     the session was resumed, and counts as one that it began with.
             */
            order: number;
            /**
             * Format: int64
             * @description The call that wrote it; absent if the program itself did.
             */
            call?: number | null;
            /** @description The branch of that call's concurrency; absent for its own line. */
            branch?: string | null;
            /** @description The name of the value. */
            key: string;
            /** @description The value; absent if it was removed. */
            value?: unknown;
        };
        /** @description The conversation of a session, without its texts. */
        Conversation: {
            /** @description The assistant. */
            assistant: components["schemas"]["Assistant"];
            /** @description How many turns there are. */
            turns: number;
            head?: components["schemas"]["TurnId"] | null;
            running?: components["schemas"]["TurnId"] | null;
            /** @description The turns that wait, the next one first. */
            queued: components["schemas"]["TurnId"][];
        };
        /** @description All turns were removed. Their texts leave the events before this one. */
        ConversationCleared: Record<string, unknown>;
        /**
         * @description Earlier turns were summarised. In the branches that have them, a model is sent the summary in their place from then on; the
         *     turns themselves stay.
         */
        ConversationCompacted: {
            /** @description The last of these turns. The others are those that lead to it. */
            through: components["schemas"]["TurnId"];
            /** @description The summary; absent if there is none, and the turns are left out. */
            text?: string | null;
            usage?: components["schemas"]["Usage"] | null;
        };
        /** @description The number of sessions of all owners, for an administrator. */
        Counts: {
            /**
             * Format: int64
             * @description All sessions.
             */
            total: number;
            /** @description By kind, then by status. */
            sessions: {
                [key: string]: {
                    [key: string]: number;
                };
            };
        };
        /** @description Creates a key. */
        CreateKey: {
            /**
             * @description The name of the key, which owns the sessions that it creates. Several keys may share a name; `local`,
             *     `sessiond` and `admin` are reserved.
             * @example backend-team
             */
            name: string;
            /** @description Its role. */
            role: components["schemas"]["Role"];
            /**
             * @description The agents that it may act as: ids, or prefixes that end in `*`. Only for the role `agent`.
             * @example [
             *       "opencode://*"
             *     ]
             */
            agents?: components["schemas"]["AgentPattern"][];
            expires_in?: components["schemas"]["Span"] | null;
        };
        /** @description Creates a schedule. It has exactly one of `cron`, `every` and `at`. */
        CreateSchedule: {
            schedule_id?: components["schemas"]["ScheduleId"] | null;
            /**
             * @description A cron expression: minute, hour, day of the month, month, day of the week; or `@hourly`, `@daily`, `@weekly`,
             *     `@monthly`, `@yearly`.
             * @example 0 3 * * 1-5
             */
            cron?: string | null;
            every?: components["schemas"]["Span"] | null;
            at?: components["schemas"]["Timestamp"] | null;
            /**
             * @description The IANA time zone of the cron expression. Default: UTC.
             * @example Europe/Berlin
             */
            time_zone?: string | null;
            /** @description The session to create, as in `POST /sessions` but without `session_id`, `process`, `lease` and `batch`. */
            session?: components["schemas"]["CreateSession"];
            /** @description `skip`: no session is created while the last one is active. `allow`: it is. Default: `skip`. */
            overlap?: components["schemas"]["Overlap"];
            catch_up?: components["schemas"]["Span"] | null;
            /** @description Whether it begins paused. */
            paused?: boolean;
        };
        /** @description Creates a session. */
        CreateSession: {
            session_id?: components["schemas"]["SessionId"] | null;
            kind?: components["schemas"]["Kind"] | null;
            /** @description Its name, for display. */
            name?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description The other participants. */
            participants?: components["schemas"]["AddParticipant"][];
            /** @description The plan. */
            workflow?: components["schemas"]["NewStep"][] | null;
            /** @description The initial shared context; an object. */
            shared_context?: Record<string, unknown> | null;
            /** @description Labels to find it by. */
            labels?: {
                [key: string]: string;
            };
            expires_in?: components["schemas"]["Span"] | null;
            /** @description The person or program that an assistant serves. */
            client_id?: string | null;
            parent?: components["schemas"]["SessionId"] | null;
            /**
             * @description For an execution: the process that becomes its first writer.
             * @example build-7:4711
             */
            process?: string | null;
            lease?: components["schemas"]["ExecutionLease"] | null;
            batch?: components["schemas"]["RecordCalls"] | null;
        };
        /** @description A key with its secret, which is shown only once and not stored. */
        CreatedKey: components["schemas"]["Key"] & {
            /**
             * @description The secret, for `Authorization: Bearer …`. Empty in the response to a repeated request: the secret is not stored.
             * @example sk_…
             */
            secret: string;
        };
        /** @description Delegates a task to a participant. */
        DelegateTask: {
            /**
             * @description The type of work.
             * @example implementation
             */
            task_type: string;
            /** @description The agent that is to do it; it must be a participant. */
            delegatee: components["schemas"]["AgentId"];
            delegator?: components["schemas"]["AgentId"] | null;
            /** @description The input of the work. */
            payload?: unknown;
            /** @description The step that it belongs to. Default: the only active step that waits for the delegatee. */
            step?: string | null;
            /** @description Its priority in the inbox. */
            priority?: components["schemas"]["Priority"];
            timeout?: components["schemas"]["Span"] | null;
            start_within?: components["schemas"]["Span"] | null;
            heartbeat?: components["schemas"]["Span"] | null;
            retry_policy?: components["schemas"]["RetryPolicy"] | null;
            /** @description The agents that receive the task next if the delegatee fails for good. */
            fallback_agents?: components["schemas"]["AgentId"][];
        };
        /**
         * @description Whether the sender waits for the response.
         * @enum {string}
         */
        DeliveryMode: "async" | "sync";
        /** @description An agent's endpoints. */
        Endpoints: {
            /**
             * @description The server posts messages here.
             * @example https://agents.example.com/inbox
             */
            http?: string | null;
            /** @description Stored for keys that may act as the agent. */
            mcp?: string | null;
            /** @description Stored for keys that may act as the agent. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            type: "session_imported";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["SessionImported"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "session_completed";
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            type: "session_retried";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["SessionRetried"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "token_issued";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["TokenIssued"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "participant_added";
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            /** @description The agent or principal that caused it. */
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
            type: "execution_interrupted";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["ExecutionInterrupted"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "execution_continued";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["ExecutionContinued"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "calls_recorded";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["CallsRecorded"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "question_asked";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["QuestionAsked"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "question_answered";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["QuestionAnswered"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "question_closed";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["QuestionClosed"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "signal_sent";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["SignalSent"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "assistant_set";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["AssistantSet"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "turn_queued";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["TurnQueued"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "turn_began";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["TurnBegan"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "turn_progressed";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["TurnProgressed"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "tool_called";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["ToolCalled"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "tool_answered";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["ToolAnswered"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "turn_ended";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["TurnEnded"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "head_moved";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["HeadMoved"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "conversation_compacted";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["ConversationCompacted"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "conversation_cleared";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["ConversationCleared"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "file_added";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["FileAdded"];
        } | {
            /**
             * Format: int64
             * @description Its number: 1, 2, 3 and so on with no gaps.
             */
            seq: number;
            time: components["schemas"]["Timestamp"];
            /** @enum {string} */
            type: "files_removed";
            /** @description The agent or principal that caused it. */
            actor: string;
            data: components["schemas"]["FilesRemoved"];
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
             * @description The `after` of the next page; null if this page reaches the newest event.
             */
            next_cursor?: number | null;
        };
        /** @description An execution and its writer. */
        Execution: {
            /**
             * Format: int64
             * @description The writer's number, which each batch carries. A later process gets a larger number; batches with this one are then
             *     rejected as `writer_stale`.
             */
            writer: number;
            /** @description The session. */
            session: components["schemas"]["Session"];
        };
        /**
         * @description A process became the writer of the session's calls. Calls that were open are interrupted, and a session that had
         *     failed is active again.
         */
        ExecutionBegan: {
            /**
             * Format: int64
             * @description The writer's number, which each batch must carry; it increases with each process.
             */
            writer: number;
            /** @description The process. */
            process: string;
            /**
             * Format: int64
             * @description Replay uses no recorded call with a larger number.
             */
            keep?: number | null;
            lease?: components["schemas"]["ExecutionLease"] | null;
            /** @description Whether the process was to take the execution also from one that ran it. False if absent. */
            take_over?: boolean;
        };
        /** @description The writer of an interrupted execution renewed its lease before another process resumed it, and continues. */
        ExecutionContinued: {
            /**
             * Format: int64
             * @description The writer's number.
             */
            writer: number;
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
        /** @description The writer runs the execution no more, and has not ended it: any process may resume it. */
        ExecutionInterrupted: {
            /**
             * Format: int64
             * @description The writer's number.
             */
            writer: number;
            /** @description Whether its lease expired without a renewal; otherwise the writer released it. False if absent. */
            expired?: boolean;
        };
        /** @description The right to write an execution, until it expires: each batch of the writer renews it. */
        ExecutionLease: {
            /** @description Whose it is, such as the id of the directory that a program records in. The same holder may begin again at any time. */
            holder: string;
            /** @description How long it lasts without a renewal. */
            ttl: components["schemas"]["Span"];
        };
        /** @description Fails a session whose work could not be done, and terminates its children. */
        FailSession: {
            /**
             * @description The reason.
             * @example NodeA: no such file
             */
            reason: string;
            /** @description Details of the reason. */
            details?: string | null;
        };
        /** @description Fails the current attempt; the task's policy decides what follows. */
        FailTask: {
            /** @description The reason. */
            error?: unknown;
            /**
             * @description Whether the same agent may succeed with another attempt; if false, the next fallback agent receives the task.
             *     Default: `error.retryable`, or true.
             */
            retryable?: boolean | null;
            /**
             * Format: int32
             * @description The attempt that the report refers to; another attempt is rejected as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /** @description An invalid field. */
        FieldError: {
            /** @description An RFC 6901 JSON pointer into the request's body, or the name of a query parameter or header. */
            pointer: string;
            /** @description The fault, and the expected value. */
            detail: string;
        };
        /** @description A file of a session. */
        File: {
            /** @description Its id. */
            file_id: components["schemas"]["FileId"];
            /** @description Its session. */
            session_id: components["schemas"]["SessionId"];
            /**
             * @description Its name, as it was uploaded, in Unicode's composed form (NFC).
             * @example contract.pdf
             */
            name: string;
            /**
             * @description Its media type by its content.
             * @example application/pdf
             */
            media_type: string;
            /**
             * Format: int64
             * @description Its size in bytes.
             */
            bytes: number;
            /** @description The SHA-256 of its bytes, in hexadecimal digits. */
            sha256: string;
            /**
             * Format: int64
             * @description The characters of its text.
             */
            characters: number;
            /**
             * Format: int64
             * @description The passages that its text is searched by.
             */
            passages: number;
            /** @description Notes of its reader, such as pages without text. */
            notes?: string[];
            /** @description The key that uploaded it. */
            added_by: string;
            /** @description When it was uploaded. */
            added_at: components["schemas"]["Timestamp"];
        };
        /** @description A file was stored, and its text was read. */
        FileAdded: {
            /** @description The file's id. */
            file_id: components["schemas"]["FileId"];
            /** @description Its name, as it was uploaded, in Unicode's composed form (NFC). Empty after the file was removed. */
            name: string;
            /** @description Its media type by its content, such as `application/pdf`. */
            media_type: string;
            /**
             * Format: int64
             * @description Its size in bytes.
             */
            bytes: number;
            /** @description The SHA-256 of its bytes, in hexadecimal digits. */
            sha256: string;
            /**
             * Format: int64
             * @description The characters of its text.
             */
            characters: number;
            /**
             * Format: int64
             * @description The passages that its text is searched by.
             */
            passages: number;
            /** @description Notes of its reader, such as pages without text. */
            notes?: string[];
        };
        /** @description Files in numbers. */
        FileCounts: {
            /** @description How many there are. */
            count: number;
            /**
             * Format: int64
             * @description Their bytes together.
             */
            bytes: number;
        };
        /** @description Files to upload, as `multipart/form-data`. */
        FileForm: {
            /**
             * Format: binary
             * @description The file; several parts of any names are several files.
             */
            file: string;
        };
        /**
         * @description A file's id: `file_` and 32 hexadecimal digits. It is the name of the file that has the bytes, so it is never a path.
         * @example file_0198f3a28c0d7f40a1b2c3d4e5f60718
         */
        FileId: string;
        /** @description The files of a session. */
        FileList: {
            /** @description All of them, oldest first. */
            files: components["schemas"]["File"][];
            /**
             * Format: int64
             * @description Their bytes together.
             */
            bytes: number;
            /**
             * Format: int64
             * @description The bytes that they may have together.
             */
            bytes_limit: number;
        };
        /** @description Files were removed. Their names leave the events before this one. */
        FilesRemoved: {
            /** @description Which. */
            file_ids: components["schemas"]["FileId"][];
        };
        /** @description Forks a session. */
        Fork: {
            /**
             * Format: int64
             * @description The last revision to copy. Default: the current revision.
             */
            at_revision?: number | null;
            session_id?: components["schemas"]["SessionId"] | null;
        };
        /** @description Where a session was forked from. */
        ForkPoint: {
            /** @description The session that was copied. */
            session_id: components["schemas"]["SessionId"];
            /**
             * Format: int64
             * @description The last revision that was copied.
             */
            revision: number;
        };
        /** @description The next turn follows another one. */
        HeadMoved: {
            turn_id?: components["schemas"]["TurnId"] | null;
        };
        /** @description The server's health. */
        Health: {
            /**
             * @description `ok` or `ready`; any other state is a problem.
             * @example ok
             */
            status: string;
            /**
             * @description The version of sessiond.
             * @example 0.1.0
             */
            version: string;
        };
        /** @description A heartbeat of an agent. */
        Heartbeat: {
            status?: components["schemas"]["AgentHealth"] | null;
            /**
             * @description Requests that the agent has received and not begun, because it works on others: they are not delivered again while it
             *     names them.
             */
            waiting?: components["schemas"]["MessageId"][];
        };
        /** @description The result of an import. */
        Imported: {
            /** @description The session. */
            session_id: components["schemas"]["SessionId"];
            /**
             * Format: int64
             * @description Its revision after the import.
             */
            revision: number;
            /**
             * Format: int64
             * @description The number of imported events.
             */
            events: number;
        };
        /** @description A delivered message. */
        InboxMessage: {
            /** @description Chosen by the sender; the same id again is the same message. */
            message_id: components["schemas"]["MessageId"];
            /** @description When the sender says it wrote the message. */
            timestamp: components["schemas"]["Timestamp"];
            /** @description The sender. `session_id` names the session of the message. */
            sender: components["schemas"]["Party"];
            /** @description The recipient. */
            recipient: components["schemas"]["Party"];
            deliver_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its type. */
            message_type: components["schemas"]["MessageType"];
            /** @description Orders the inbox of the recipient. */
            priority?: components["schemas"]["Priority"];
            /** @description Its content. */
            payload?: unknown;
            /** @description How it is delivered, and what happens when that fails. */
            routing?: components["schemas"]["Routing"];
            /** @description Other data from the sender or the engine. The engine adds `task_id` and `task_attempt` to the request of a task. */
            metadata?: {
                [key: string]: unknown;
            };
            in_reply_to?: components["schemas"]["MessageId"] | null;
        } & {
            /**
             * Format: int32
             * @description How often it has been delivered, including this delivery.
             */
            attempt: number;
            /** @description When the server accepted it. */
            accepted_at: components["schemas"]["Timestamp"];
        };
        /** @description Messages to work on. */
        InboxPage: {
            /** @description The messages, in the order to work on them. */
            messages: components["schemas"]["InboxMessage"][];
        };
        /** @description A session's new token, which is shown only once and not stored. */
        IssuedToken: {
            /** @description The session. */
            session_id: components["schemas"]["SessionId"];
            /** @description The token, for `Authorization: Bearer …`. It replaces the one before it, which opens nothing any more. */
            token: components["schemas"]["SessionToken"];
        };
        /** @description Whose work a step waits for: `all`, `first`, or a number of agents. */
        Join: components["schemas"]["JoinWord"] | number;
        /**
         * @description Whose work a step waits for, in a word.
         * @enum {string}
         */
        JoinWord: "all" | "first";
        /** @description A key without its secret. */
        Key: {
            /**
             * @description Its id; not secret.
             * @example key_0198f3
             */
            key_id: string;
            /** @description Its name. */
            name: string;
            /** @description Its role. */
            role: components["schemas"]["Role"];
            /** @description The agents that it may act as. */
            agents?: components["schemas"]["AgentPattern"][];
            /** @description When it was created. */
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
        /** @description The result of a time of a schedule. */
        LastRun: {
            /** @description The time. */
            time: components["schemas"]["Timestamp"];
            /** @description `created`, `skipped` or `failed`. */
            outcome: components["schemas"]["RunOutcome"];
            session_id?: components["schemas"]["SessionId"] | null;
            /** @description Why no session was created. */
            error?: string | null;
        };
        /** @description The right to write in a participant's name, held by one process until it releases the lease or is declared dead. */
        Lease: {
            /** @description The process that holds it, such as a host and a process id. */
            holder: string;
            /**
             * Format: int64
             * @description The token that the process must show with each write.
             */
            fence: number;
            /** @description How long it lasts without a renewal. */
            ttl: components["schemas"]["Span"];
        };
        /** @description A process claimed the right to write in a participant's name. */
        LeaseClaimed: {
            /** @description The participant. */
            agent_id: components["schemas"]["AgentId"];
            /** @description The process that holds the lease. */
            holder: string;
            /**
             * Format: int64
             * @description The fencing token that each of its writes must carry.
             */
            fence: number;
            /** @description How long the lease lasts without a renewal. */
            ttl: components["schemas"]["Span"];
        };
        /** @description The holder did not renew the lease in time and was declared dead. */
        LeaseExpired: {
            /** @description The participant. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description The fencing token that is now void.
             */
            fence: number;
        };
        /** @description The holder released the lease. */
        LeaseReleased: {
            /** @description The participant. */
            agent_id: components["schemas"]["AgentId"];
            /**
             * Format: int64
             * @description The fencing token that is now void.
             */
            fence: number;
        };
        /**
         * @description A message's id, chosen by its sender: `[A-Za-z0-9_.:-]{1,128}`.
         * @example task_impl_backend
         */
        MessageId: string;
        /** @description A message and its state. */
        MessageInfo: {
            /** @description The message. */
            message: components["schemas"]["SendMessage"];
            /** @description `queued`, `acknowledged`, `dead` or `withdrawn`. */
            state: components["schemas"]["MessageState"];
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
            /** @description The `cursor` of the next page; null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A participant sent a message that is not a task request. */
        MessageSent: {
            /** @description The message's id. */
            message_id: components["schemas"]["MessageId"];
            /** @description The agent that sent it. */
            sender: components["schemas"]["AgentId"];
            /** @description The agent that receives it. */
            recipient: components["schemas"]["AgentId"];
            /** @description `task_response`, `status_update` or `error`. */
            message_type: components["schemas"]["MessageType"];
            /** @description Its priority in the inbox. */
            priority: components["schemas"]["Priority"];
            /** @description The content. */
            payload: unknown;
            deliver_at?: components["schemas"]["Timestamp"] | null;
            in_reply_to?: components["schemas"]["MessageId"] | null;
        };
        /**
         * @description The state of a message.
         * @enum {string}
         */
        MessageState: "queued" | "acknowledged" | "dead" | "withdrawn";
        /**
         * @description The type of a message.
         * @enum {string}
         */
        MessageType: "task_request" | "task_response" | "status_update" | "error" | "heartbeat";
        /** @description Sets the turn that the next one follows. */
        MoveHead: {
            turn_id?: components["schemas"]["TurnId"] | null;
        };
        /** @description A step of a plan, as given. */
        NewStep: {
            /**
             * @description Its name, unique in the plan.
             * @example implementation
             */
            name: string;
            /**
             * @description The agents that must each complete a task in it, unless `join` says otherwise. A step without required agents is
             *     completed manually.
             */
            required_agents?: components["schemas"]["AgentId"][];
            /** @description Agents that may also work in it; a failure of their tasks does not fail the step. */
            optional_agents?: components["schemas"]["AgentId"][];
            /** @description Its purpose. */
            description?: string | null;
            /** @description The steps that must be complete before it starts. If no step of a plan names any, the steps run in the given order. */
            dependencies?: string[];
            question?: components["schemas"]["StepQuestion"] | null;
            /** @description Whose work it waits for: `all` of its required agents, the `first` of them, or a number of them. Default: `all`. */
            join?: components["schemas"]["Join"];
            /** @description The consequence of a task that fails for good. */
            on_failure?: components["schemas"]["OnFailure"];
            /** @description Its expected outputs, for readers. */
            outputs?: string[];
            /** @description Its expected duration, for readers. */
            estimated_duration?: string | null;
            task?: components["schemas"]["TaskTemplate"] | null;
        };
        /**
         * @description The consequence of a failed task for its step.
         * @enum {string}
         */
        OnFailure: "fail" | "continue" | "retry";
        /** @description How a session ended. */
        Outcome: {
            /** @description A summary of the result. */
            summary?: string | null;
            /** @description Where the results are, such as `s3://artifacts/build.zip`. */
            artifacts?: string[];
            /** @description Why the session failed or was stopped. */
            reason?: string | null;
            /** @description Details of the reason. */
            details?: string | null;
        };
        /**
         * @description Whether a schedule makes a session while the last one that it made is active.
         * @enum {string}
         */
        Overlap: "skip" | "allow";
        /** @description A participant of a session, current or former. */
        Participant: {
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. */
            framework: string;
            /** @description Its role. */
            role: string;
            /** @description Its status. */
            status: components["schemas"]["ParticipantStatus"];
            /** @description When it joined. */
            join_time: components["schemas"]["Timestamp"];
            leave_time?: components["schemas"]["Timestamp"] | null;
            lease?: components["schemas"]["Lease"] | null;
        };
        /** @description An agent joined, or joined again. */
        ParticipantAdded: {
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. */
            framework: string;
            /** @description Its role in the session. */
            role: string;
        };
        /** @description An agent left. */
        ParticipantRemoved: {
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
        };
        /**
         * @description The status of a participant.
         * @enum {string}
         */
        ParticipantStatus: "active" | "waiting" | "busy" | "left" | "session_terminated";
        /** @description One end of a message. */
        Party: {
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Its framework. Default: the part of its id before `://`. */
            framework?: string | null;
            session_id?: components["schemas"]["SessionId"] | null;
        };
        /** @description A passage of a file. */
        Passage: {
            /** @description The file. */
            file_id: components["schemas"]["FileId"];
            /** @description The file's name. */
            name: string;
            /**
             * Format: int32
             * @description Its number in the file, from 1.
             */
            passage: number;
            /**
             * @description Where it is in the file.
             * @example page 3, lines 4–9
             */
            place?: string | null;
            /** @description The heading above it. */
            heading?: string | null;
            /** @description Its text. */
            text: string;
        };
        /** @description Passages of a session's files, those that fit best first. */
        PassageList: {
            /** @description The passages. */
            passages: components["schemas"]["Passage"][];
        };
        /** @description A step of the plan and its state. */
        PlannedStep: {
            /** @description Its name, unique in the plan. */
            name: string;
            /** @description Its purpose. */
            description?: string | null;
            /** @description The agents that must each complete a task in it. */
            required_agents: components["schemas"]["AgentId"][];
            /** @description Agents that may also work in it. */
            optional_agents?: components["schemas"]["AgentId"][];
            /** @description The steps that must be complete before it starts. */
            dependencies?: string[];
            /** @description Whose work it waits for: `all` of its required agents, the `first` of them, or that many of them. */
            join?: components["schemas"]["Join"];
            question?: components["schemas"]["StepQuestion"] | null;
            /** @description The consequence of a task that fails for good: `fail`, `continue` or `retry`. */
            on_failure?: components["schemas"]["OnFailure"];
            /** @description Its expected outputs, for readers. */
            outputs?: string[];
            /** @description Its expected duration, for readers. */
            estimated_duration?: string | null;
            task?: components["schemas"]["TaskTemplate"] | null;
            /** @description `pending`, `active`, `completed` or `failed`. */
            status: components["schemas"]["StepStatus"];
            /** @description Why it has this status, if not through the plan alone. */
            reason?: string | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description The revision at which it last started; earlier tasks do not count for it.
             */
            started_revision?: number;
            ended_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A point: a number, a text, or both. */
        Point: {
            /**
             * @description The series, such as `loss` or `log`.
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
             * @description The `after` of the next page; null if this page reaches the newest point.
             */
            next_cursor?: number | null;
        };
        /** @description The times of a schedule that is not created. */
        PreviewSchedule: {
            /**
             * @description A cron expression.
             * @example 0 3 * * 1-5
             */
            cron?: string | null;
            every?: components["schemas"]["Span"] | null;
            at?: components["schemas"]["Timestamp"] | null;
            /** @description The IANA time zone of the cron expression. Default: UTC. */
            time_zone?: string | null;
        };
        /**
         * @description The priority in an inbox. Messages of one sender and session keep their order of sending nevertheless.
         * @enum {string}
         */
        Priority: "low" | "medium" | "high" | "critical";
        /** @description An error. `code` is stable and has a page, which `type` links to. */
        Problem: {
            /** @description A link to the page of the code, `/docs/errors/{code}`. */
            type: string;
            /** @description A short description of the code. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The fault in this request, and the next step. */
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
             * @description For `inbox_full` and similar codes: the seconds to wait before a retry.
             */
            retry_after?: number | null;
            /** @description The invalid fields. */
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
        /** @description Reports the progress of a task. */
        ProgressTask: {
            /** @description The progress: any JSON. */
            progress?: unknown;
            /**
             * Format: int32
             * @description The attempt that the report refers to; another attempt is rejected as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /** @description Adds points to a session's telemetry. */
        PutPoints: {
            /** @description The points, in order; at most 1000. */
            points: components["schemas"]["Point"][];
        };
        /** @description A question and what became of it. */
        Question: {
            /** @description Its id. */
            question_id: components["schemas"]["QuestionId"];
            /** @description Its session. */
            session_id: components["schemas"]["SessionId"];
            /** @description `input` or `approval`. */
            kind: components["schemas"]["QuestionKind"];
            /** @description The text of the question. */
            text: string;
            /** @description The facts for an answer. */
            details?: unknown;
            /** @description The JSON schema of the answer; absent if any JSON is an answer. */
            schema?: Record<string, unknown> | null;
            /** @description The call, the task or the step that asks; absent if the session as a whole does. */
            asker?: components["schemas"]["Asker"];
            /**
             * @description The names of the keys and the ids of the agents that alone may answer; absent if the session's owner and
             *     orchestrator may.
             */
            answerers?: string[];
            deadline?: components["schemas"]["Timestamp"] | null;
            /** @description The answer if it expires. */
            default?: unknown;
            /** @description `open`, `answered`, `expired` or `withdrawn`. */
            status: components["schemas"]["QuestionStatus"];
            /** @description The key or the agent that asked. */
            asked_by: string;
            /** @description When it was asked. */
            asked_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description The number of the event that asked it.
             */
            revision: number;
            /** @description The answer; the default if it expired. */
            answer?: unknown;
            /** @description The key or the agent that answered or withdrew it. */
            closed_by?: string | null;
            closed_at?: components["schemas"]["Timestamp"] | null;
            /** @description Why it was withdrawn. */
            reason?: string | null;
        };
        /** @description A question was answered. */
        QuestionAnswered: {
            /** @description The question's id. */
            question_id: components["schemas"]["QuestionId"];
            /** @description The answer. */
            answer: unknown;
        };
        /** @description A question was asked. Under the id of a withdrawn question, that question is open again. */
        QuestionAsked: {
            /** @description The question's id. */
            question_id: components["schemas"]["QuestionId"];
            /** @description `input` or `approval`. */
            kind: components["schemas"]["QuestionKind"];
            /** @description The text of the question. */
            text: string;
            /** @description The facts for an answer. */
            details?: unknown;
            /** @description The JSON schema of the answer. */
            schema?: unknown;
            /** @description The call, task or step that asks; absent if the session as a whole does. */
            asker?: components["schemas"]["Asker"];
            /** @description The only answerers: names of keys, and ids of agents. */
            answerers?: string[];
            deadline?: components["schemas"]["Timestamp"] | null;
            /** @description The answer if it expires. */
            default?: unknown;
            /** @description Whether the plan asks it, and its step waits for the answer; false if absent. */
            by_plan?: boolean;
        };
        /** @description A question was closed without an answer. The end of a session closes its open questions without this event. */
        QuestionClosed: {
            /** @description The question's id. */
            question_id: components["schemas"]["QuestionId"];
            /** @description `expired`: its answer is now its default, if it has one. `withdrawn`: nobody needs its answer any more. */
            status: components["schemas"]["QuestionStatus"];
            /** @description Why it was withdrawn. */
            reason?: string | null;
        };
        /**
         * @description A question's id: `[A-Za-z0-9_.:-]{1,128}`. The engine's own are `question_` and a time-ordered id.
         * @example question_0198f3a2
         */
        QuestionId: string;
        /**
         * @description The kind of answer that a question needs.
         * @enum {string}
         */
        QuestionKind: "input" | "approval";
        /** @description A page of questions. */
        QuestionPage: {
            /** @description The questions. */
            questions: components["schemas"]["Question"][];
            /** @description The `cursor` of the next page; null on the last page. */
            next_cursor?: string | null;
        };
        /**
         * @description Whether a question waits for an answer.
         * @enum {string}
         */
        QuestionStatus: "open" | "answered" | "expired" | "withdrawn";
        /** @description A stored point. */
        Reading: {
            /**
             * Format: int64
             * @description Its number, which increases from point to point.
             */
            id: number;
            /** @description The series. */
            series: string;
            /** @description The time. */
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
        /** @description A batch of entries of calls, in order, with a change of the context or the end. It is recorded completely or not at all. */
        RecordCalls: {
            /**
             * Format: int64
             * @description The writer's number.
             */
            writer: number;
            /**
             * Format: int64
             * @description The number of this batch, from 1 for each writer. A batch that is already recorded changes nothing.
             */
            batch: number;
            /** @description The entries: each says that a call began, ended, or both. At most 1000. */
            calls?: components["schemas"]["CallEntry"][];
            /** @description A change of the shared context, as a JSON merge patch (RFC 7396). */
            context?: Record<string, unknown> | null;
            /** @description Values of the shared context that the program wrote, in order; each replaces the whole value. */
            writes?: components["schemas"]["ContextWrite"][];
            /** @description The calls whose error ended the program; replay runs them again. */
            fatal?: number[];
            end?: components["schemas"]["ExecutionEnd"] | null;
        };
        /** @description A durable batch. */
        Recorded: {
            /**
             * Format: int64
             * @description The session's revision.
             */
            revision: number;
        };
        /** @description Registers an agent. */
        RegisterAgent: {
            /** @description Its identity and capabilities. */
            agent_descriptor: components["schemas"]["AgentDescriptor"];
            /** @description Where its health can be queried; stored for display only. */
            health_check_url?: string | null;
            /** @description Where its state can be queried; stored for display only. */
            status_endpoint?: string | null;
            /**
             * @description The names of the keys that may take the agent into their sessions and write to it, or `*` for all. Keys that may act
             *     as the agent always may, and so may the key that registers it. Default: nobody else.
             */
            open_to?: string[];
            authentication?: components["schemas"]["Authentication"] | null;
        };
        /** @description A registered agent. */
        Registered: {
            /** @description Always true; a failure is a problem. */
            success: boolean;
            /** @description The agent. */
            agent_id: components["schemas"]["AgentId"];
            /** @description Whether it was not registered before; the status is then 201, otherwise 200. */
            created?: boolean;
        };
        /** @description Renews a lease for another `ttl`. */
        RenewLease: {
            /**
             * Format: int64
             * @description Its fencing token.
             */
            fence: number;
        };
        /** @description An execution after its lease was renewed or released. */
        Renewed: {
            /**
             * Format: int64
             * @description The session's revision.
             */
            revision: number;
        };
        /** @description Retries what failed: all failed steps of the session if it names nothing, one step, or one task. */
        Retry: {
            /** @description The step to retry. */
            step?: string | null;
            task_id?: components["schemas"]["TaskId"] | null;
        };
        /** @description When and how often a failed attempt is retried. */
        RetryPolicy: {
            /**
             * Format: int32
             * @description How many attempts may follow the first.
             */
            max_retries: number;
            /** @description How the delay grows: `linear` or `exponential`. */
            backoff?: components["schemas"]["Backoff"];
            base?: components["schemas"]["Span"] | null;
            cap?: components["schemas"]["Span"] | null;
            /** @description Whether half of each delay is random. */
            jitter?: boolean;
        };
        /** @description Asks a turn's message again, or another one in its place. Both turns stay, as branches of the conversation. */
        RetryTurn: {
            /** @description The message in its place. Default: the same. */
            text?: string | null;
            /** @description The treatment of the message if a turn is open: `enqueue` (the default), `reject`, `interrupt` or `rollback`. */
            busy?: components["schemas"]["Busy"];
        };
        /**
         * @description The permissions of a key. The rules of a session apply in addition.
         * @enum {string}
         */
        Role: "client" | "agent" | "admin";
        /** @description How a message is delivered, and what happens when that fails. */
        Routing: {
            timeout?: components["schemas"]["Span"] | null;
            start_within?: components["schemas"]["Span"] | null;
            heartbeat?: components["schemas"]["Span"] | null;
            retry_policy?: components["schemas"]["RetryPolicy"] | null;
            /** @description The agents that receive it next, in order, when the recipient fails for good. */
            fallback_agents?: components["schemas"]["AgentId"][];
            /** @description Whether the sender waits for the response. */
            delivery_mode?: components["schemas"]["DeliveryMode"];
        };
        /**
         * @description Whether a session was created for a time of a schedule.
         * @enum {string}
         */
        RunOutcome: "created" | "skipped" | "failed";
        /** @description A schedule and its state. */
        Schedule: {
            /** @description Its id. */
            schedule_id: components["schemas"]["ScheduleId"];
            /** @description The name of the key that owns it and its sessions. */
            owner: string;
            /**
             * Format: int64
             * @description The number of its changes; it is also its `ETag`.
             */
            revision: number;
            /** @description The cron expression. */
            cron?: string | null;
            every?: components["schemas"]["Span"] | null;
            at?: components["schemas"]["Timestamp"] | null;
            /** @description The IANA time zone of the cron expression; UTC if absent. */
            time_zone?: string | null;
            /** @description The session that it creates. */
            session: components["schemas"]["CreateSession"];
            /** @description Whether a session is created while the last one is active. */
            overlap: components["schemas"]["Overlap"];
            catch_up?: components["schemas"]["Span"] | null;
            /** @description Whether it is paused. */
            paused: boolean;
            /** @description When it was created. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When somebody last changed it. */
            updated_at: components["schemas"]["Timestamp"];
            next_at?: components["schemas"]["Timestamp"] | null;
            /** @description The next times, three at most. */
            upcoming: components["schemas"]["Timestamp"][];
            last?: components["schemas"]["LastRun"] | null;
        };
        /**
         * @description A schedule's id: as a session's, with room for the time that its sessions have in their ids.
         * @example nightly
         */
        ScheduleId: string;
        /** @description A page of schedules, by their ids. */
        SchedulePage: {
            /** @description The schedules. */
            schedules: components["schemas"]["Schedule"][];
            /** @description The `cursor` of the next page; null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A message from one agent to another. */
        SendMessage: {
            /** @description Chosen by the sender; the same id again is the same message. */
            message_id: components["schemas"]["MessageId"];
            /** @description When the sender says it wrote the message. */
            timestamp: components["schemas"]["Timestamp"];
            /** @description The sender. `session_id` names the session of the message. */
            sender: components["schemas"]["Party"];
            /** @description The recipient. */
            recipient: components["schemas"]["Party"];
            deliver_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its type. */
            message_type: components["schemas"]["MessageType"];
            /** @description Orders the inbox of the recipient. */
            priority?: components["schemas"]["Priority"];
            /** @description Its content. */
            payload?: unknown;
            /** @description How it is delivered, and what happens when that fails. */
            routing?: components["schemas"]["Routing"];
            /** @description Other data from the sender or the engine. The engine adds `task_id` and `task_attempt` to the request of a task. */
            metadata?: {
                [key: string]: unknown;
            };
            in_reply_to?: components["schemas"]["MessageId"] | null;
        };
        /** @description Sends a signal. */
        SendSignal: {
            /** @description Its value: any JSON. Default: null. */
            value?: unknown;
        };
        /** @description The result of sending a message. */
        Sent: {
            /** @description Always true; a failure is a problem. */
            success: boolean;
            /** @description The message. */
            message_id: components["schemas"]["MessageId"];
            task_id?: components["schemas"]["TaskId"] | null;
            /**
             * @description The task's status; `queued` if there is no task, `received` for a heartbeat.
             * @example pending
             */
            status: string;
            deliver_at?: components["schemas"]["Timestamp"] | null;
            /** @description The response, for `delivery_mode: sync`: the task's result, or the payload of the responding message. */
            response?: unknown;
        };
        /**
         * @description The members that a sender wrote in the message that requests a task, beside the task's own: the first attempt's request is
         *     delivered as it was sent.
         */
        SentRequest: {
            /** @description When the sender says it wrote the message. */
            timestamp: components["schemas"]["Timestamp"];
            /** @description The sender. */
            sender: components["schemas"]["Party"];
            /** @description The recipient. */
            recipient: components["schemas"]["Party"];
            /** @description How it is delivered, and what happens when that fails. */
            routing: components["schemas"]["Routing"];
            in_reply_to?: components["schemas"]["MessageId"] | null;
        };
        /** @description A session and its state. Facets that it does not use are absent. */
        Session: {
            /** @description Its id. */
            session_id: components["schemas"]["SessionId"];
            /** @description Its kind. */
            kind: components["schemas"]["Kind"];
            /** @description Its name, for display. */
            name?: string | null;
            /** @description Whether it is active, or how it ended. */
            status: components["schemas"]["Status"];
            /**
             * Format: int64
             * @description The number of its last event.
             */
            revision: number;
            /** @description Its owner. */
            owner: string;
            /** @description The person or program that an assistant serves. */
            client_id?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description The participants, including those that have left. */
            participants?: components["schemas"]["Participant"][];
            workflow?: components["schemas"]["Workflow"] | null;
            /** @description The shared context. */
            shared_context: Record<string, unknown>;
            /**
             * Format: int64
             * @description The revision of the last change of the shared context; 0 if it never changed.
             */
            context_revision?: number;
            /** @description Its labels. */
            labels: {
                [key: string]: string;
            };
            parent?: components["schemas"]["SessionId"] | null;
            forked_from?: components["schemas"]["ForkPoint"] | null;
            imported_from?: components["schemas"]["ForkPoint"] | null;
            /** @description The number of open tasks. */
            open_tasks: number;
            /** @description The number of all tasks. */
            total_tasks: number;
            calls?: components["schemas"]["Calls"] | null;
            conversation?: components["schemas"]["Conversation"] | null;
            files?: components["schemas"]["FileCounts"] | null;
            /**
             * Format: int32
             * @description The number of questions that wait for an answer.
             */
            open_questions?: number;
            /**
             * Format: int32
             * @description The number of all questions.
             */
            total_questions?: number;
            /** @description When it was created. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The time of its last event. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description The same as `updated_at`. */
            last_activity: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            outcome?: components["schemas"]["Outcome"] | null;
            /** @description How to use the token. Only in the response that creates an assistant's session. */
            message?: string | null;
            token?: components["schemas"]["SessionToken"] | null;
        };
        /** @description The work is done. */
        SessionCompleted: {
            /** @description The result. */
            outcome: components["schemas"]["Outcome"];
        };
        /** @description The session was created. It is always the first event of a journal. */
        SessionCreated: {
            /** @description The session's id. */
            session_id: components["schemas"]["SessionId"];
            /** @description The session's kind: `workflow`, `assistant`, `training`, `federated` or `execution`. */
            kind: components["schemas"]["Kind"];
            /** @description Its name. */
            name?: string | null;
            /** @description The name of the key that owns it. */
            owner: string;
            /** @description The person or program that an assistant serves. */
            client_id?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description Labels to find it by. */
            labels?: {
                [key: string]: string;
            };
            expires_at?: components["schemas"]["Timestamp"] | null;
            idle_timeout?: components["schemas"]["Span"] | null;
            parent?: components["schemas"]["SessionId"] | null;
            /** @description The initial shared context. */
            shared_context?: unknown;
        };
        /** @description The session's time ran out. */
        SessionExpired: Record<string, unknown>;
        /** @description The work could not be done. */
        SessionFailed: {
            /** @description The reason. */
            outcome: components["schemas"]["Outcome"];
        };
        /** @description The events before this one were copied from another session. */
        SessionForked: {
            /** @description The id of this session. */
            session_id: components["schemas"]["SessionId"];
            /** @description The name of the key that owns it. */
            owner: string;
            /** @description The session and revision that it was copied from. */
            from: components["schemas"]["ForkPoint"];
            /** @description Whether the events were imported, so that their times and actors are what the document says; false if absent. */
            imported?: boolean;
        };
        /**
         * @description A session's id: `[A-Za-z0-9_.-]{1,128}`, not only dots. The engine's own are `sess_` and a time-ordered id.
         * @example sess_notifications_2025-02-02
         */
        SessionId: string;
        /**
         * @description The events before this one were imported, of a session that had ended: it stays ended, and their times and actors are what
         *     the document says.
         */
        SessionImported: {
            /** @description The id of this session. */
            session_id: components["schemas"]["SessionId"];
            /** @description The name of the key that owns it. */
            owner: string;
            /** @description The session and revision that the document is an export of. */
            from: components["schemas"]["ForkPoint"];
        };
        /** @description A page of sessions. */
        SessionPage: {
            /** @description The sessions. */
            sessions: components["schemas"]["SessionSummary"][];
            /** @description The `cursor` of the next page; null on the last page. */
            next_cursor?: string | null;
            stats?: components["schemas"]["SessionStats"] | null;
        };
        /** @description The session had failed and continues: what failed is tried again. */
        SessionRetried: Record<string, unknown>;
        /**
         * @description The order of a list of sessions.
         * @enum {string}
         */
        SessionSort: "created" | "updated" | "name";
        /** @description The sessions that a caller may see, in numbers. */
        SessionStats: {
            /**
             * Format: int64
             * @description All sessions.
             */
            total_sessions: number;
            /**
             * Format: int64
             * @description Those that are active.
             */
            active_sessions: number;
            /**
             * Format: int64
             * @description The minutes without use after which a new session of an assistant expires; null if never.
             */
            session_timeout_minutes?: number | null;
            oldest_session?: components["schemas"]["Timestamp"] | null;
            newest_session?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description The turns of their conversations.
             */
            turns: number;
            /**
             * Format: int64
             * @description The files for their assistants.
             */
            files_count: number;
            /**
             * Format: int64
             * @description The bytes of these files together.
             */
            storage_bytes: number;
        };
        /** @description A session's row in a list. */
        SessionSummary: {
            /** @description Its id. */
            session_id: components["schemas"]["SessionId"];
            /** @description Its kind. */
            kind: components["schemas"]["Kind"];
            /** @description Its name, for display. */
            name?: string | null;
            /** @description Whether it is active, or how it ended. */
            status: components["schemas"]["Status"];
            /**
             * Format: int64
             * @description The number of its last event.
             */
            revision: number;
            /** @description Its owner. */
            owner: string;
            /** @description The person or program that an assistant serves. */
            client_id?: string | null;
            orchestrator?: components["schemas"]["AgentId"] | null;
            /** @description The current participants. */
            participants: components["schemas"]["AgentId"][];
            /** @description Its labels. */
            labels: {
                [key: string]: string;
            };
            parent?: components["schemas"]["SessionId"] | null;
            forked_from?: components["schemas"]["ForkPoint"] | null;
            progress?: components["schemas"]["Progress"] | null;
            /**
             * Format: int32
             * @description The number of completed steps.
             */
            completed_steps: number;
            /**
             * Format: int32
             * @description The number of all steps.
             */
            total_steps: number;
            /**
             * Format: int32
             * @description The number of open tasks.
             */
            open_tasks: number;
            /**
             * Format: int32
             * @description The number of all tasks.
             */
            total_tasks: number;
            /**
             * Format: int32
             * @description The number of questions that wait for an answer.
             */
            open_questions?: number;
            /** @description When it was created. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The time of its last event. */
            updated_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description Somebody stopped the session. */
        SessionTerminated: {
            /** @description The reason. */
            outcome: components["schemas"]["Outcome"];
        };
        /**
         * @description A session's token. A client that sends it as `Authorization: Bearer …` may use that session, and no other.
         * @example st_…
         */
        SessionToken: string;
        /** @description The name, the labels or the expiry changed. An absent member did not change. */
        SessionUpdated: {
            /** @description The new name. */
            name?: string | null;
            /** @description All labels after the change. */
            labels?: {
                [key: string]: string;
            } | null;
            expires_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A signal that was sent. */
        Signal: {
            /**
             * Format: int64
             * @description The number of the event that sent it.
             */
            revision: number;
            /** @description Its name. */
            name: string;
            /** @description Its value. */
            value: unknown;
            /** @description The key or the agent that sent it. */
            sent_by: string;
            /** @description When it was sent. */
            sent_at: components["schemas"]["Timestamp"];
        };
        /** @description Signals in the order in which they were sent. */
        SignalPage: {
            /** @description The signals. */
            signals: components["schemas"]["Signal"][];
            /**
             * Format: int64
             * @description The revision to pass as `after` for the next page; null on the last page.
             */
            next_after?: number | null;
        };
        /** @description A signal was sent. */
        SignalSent: {
            /** @description The signal's name. */
            name: string;
            /** @description The signal's value. */
            value: unknown;
        };
        /** @description A file, or a passage of one, that the model was given for a turn. */
        Source: {
            /**
             * Format: int32
             * @description The number by which the model may cite it. On the path to the turn no other source has it.
             */
            number: number;
            /** @description The file. */
            file_id: components["schemas"]["FileId"];
            /** @description The file's name then. */
            name: string;
            /**
             * Format: int32
             * @description The number of the passage in the file; absent if it is the whole file.
             */
            passage?: number | null;
            /** @description Where the passage is in the file, such as `page 3, lines 4–9`. */
            place?: string | null;
            /**
             * Format: int32
             * @description The number of the tool call whose result had it; absent if it came with the message.
             */
            call?: number | null;
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
            /** @description Its status. */
            status: components["schemas"]["StepStatus"];
            /** @description The agents that must each complete a task in it. */
            required_agents: components["schemas"]["AgentId"][];
            /** @description Agents that may also work in it. */
            optional_agents?: components["schemas"]["AgentId"][];
            /** @description Its purpose. */
            description?: string | null;
            /** @description The steps that must be complete before it starts. */
            dependencies: string[];
            question?: components["schemas"]["StepQuestion"] | null;
            /** @description Whose work it waits for: `all` of its required agents, the `first` of them, or a number of them. */
            join?: components["schemas"]["Join"];
            /** @description The consequence of a task that fails for good. */
            on_failure: components["schemas"]["OnFailure"];
            /** @description Its expected outputs, for readers. */
            outputs?: string[];
            /** @description Its expected duration, for readers. */
            estimated_duration?: string | null;
            task?: components["schemas"]["TaskTemplate"] | null;
            /** @description Why it has this status, if not through the plan alone. */
            reason?: string | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A step that changed. */
        StepChange: {
            /** @description The step. */
            name: string;
            /** @description Its new status. */
            status: components["schemas"]["StepStatus"];
            /** @description Why, if not through the plan alone. */
            reason?: string | null;
            /** @description Whether a failed step is active again with the work that was done in it; false if absent. */
            resumed?: boolean;
        };
        /** @description The question that a step asks when it starts. */
        StepQuestion: {
            /** @description `input`, or `approval`: a rejected step fails. Default: `approval`. */
            kind?: components["schemas"]["QuestionKind"];
            /** @description The text of the question. */
            text: string;
            /** @description The facts for an answer. */
            details?: unknown;
            /** @description The JSON schema of the answer to an input. */
            schema?: unknown;
            /** @description The only answerers: names of keys, and ids of agents. Default: everybody who commands the session. */
            answerers?: string[];
            timeout?: components["schemas"]["Span"] | null;
            /** @description The answer if nobody answers in time. */
            default?: unknown;
        };
        /**
         * @description The status of a step.
         * @enum {string}
         */
        StepStatus: "pending" | "active" | "completed" | "failed";
        /**
         * @description How the result is chosen. Each field of an object is chosen separately.
         * @enum {string}
         */
        SynthesisMethod: "consensus" | "specialist_priority" | "confidence_weighted" | "manual";
        /** @description A task and its state. */
        Task: {
            /** @description Its id. */
            task_id: components["schemas"]["TaskId"];
            /** @description Its session. */
            session_id: components["schemas"]["SessionId"];
            /** @description The type of work. */
            task_type: string;
            delegator?: components["schemas"]["AgentId"] | null;
            /** @description The agent that received it first. */
            delegatee: components["schemas"]["AgentId"];
            /** @description The agent that has it now: the delegatee, or a fallback agent. */
            assignee: components["schemas"]["AgentId"];
            /** @description The input of the work. */
            payload: unknown;
            /** @description The step that it belongs to. */
            step?: string | null;
            /** @description Its priority in the inbox. */
            priority: components["schemas"]["Priority"];
            /** @description The time limit of one attempt once it is accepted. */
            timeout: components["schemas"]["Span"];
            start_within?: components["schemas"]["Span"] | null;
            heartbeat?: components["schemas"]["Span"] | null;
            /** @description When and how often a failed attempt is retried. */
            retry_policy: components["schemas"]["RetryPolicy"];
            /** @description The agents that receive it next. */
            fallback_agents?: components["schemas"]["AgentId"][];
            /** @description Its status. */
            status: components["schemas"]["TaskStatus"];
            /**
             * Format: int32
             * @description The current attempt, or the last one.
             */
            attempt: number;
            /** @description The message that carried the first request. */
            message_id: components["schemas"]["MessageId"];
            /** @description When it was delegated. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            deliver_at?: components["schemas"]["Timestamp"] | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description When the current attempt is over time: it must be accepted by then, and once it is accepted, ended or reported on. */
            deadline: components["schemas"]["Timestamp"];
            input_required_since?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its progress. */
            progress?: unknown;
            /** @description Its result. */
            result?: unknown;
            /** @description Why the last attempt failed, or why it was cancelled. */
            error?: unknown;
            /** @description The attempts that have ended, oldest first. */
            attempts: components["schemas"]["Attempt"][];
        };
        /** @description A participant received a task. */
        TaskDelegated: {
            /** @description The task's id. */
            task_id: components["schemas"]["TaskId"];
            /** @description The type of work. */
            task_type: string;
            delegator?: components["schemas"]["AgentId"] | null;
            /** @description The agent that is to do it. */
            delegatee: components["schemas"]["AgentId"];
            /** @description The input of the work. */
            payload: unknown;
            /** @description The step that it belongs to. */
            step?: string | null;
            /**
             * Format: int32
             * @description How often the step has started this work again.
             */
            step_retry?: number;
            retry_of?: components["schemas"]["TaskId"] | null;
            /** @description Its priority in the inbox: `low`, `medium`, `high` or `critical`. */
            priority: components["schemas"]["Priority"];
            /** @description The time limit of one attempt once it is accepted. */
            timeout: components["schemas"]["Span"];
            start_within?: components["schemas"]["Span"] | null;
            heartbeat?: components["schemas"]["Span"] | null;
            /** @description When and how often a failed attempt is retried. */
            retry_policy: components["schemas"]["RetryPolicy"];
            /** @description The agents that receive it next, in order. */
            fallback_agents?: components["schemas"]["AgentId"][];
            /** @description The message that carries the request. */
            message_id: components["schemas"]["MessageId"];
            /** @description Data that the sender attached to the request. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description When this attempt must be accepted. */
            deadline: components["schemas"]["Timestamp"];
            deliver_at?: components["schemas"]["Timestamp"] | null;
            sent?: components["schemas"]["SentRequest"] | null;
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
            /** @description The `cursor` of the next page; null on the last page. */
            next_cursor?: string | null;
        };
        /** @description Members of every report on a task. */
        TaskReportMeta: {
            /**
             * Format: int32
             * @description The attempt that the report refers to; another attempt is rejected as `attempt_stale`.
             */
            attempt?: number | null;
            agent_id?: components["schemas"]["AgentId"] | null;
        };
        /**
         * @description The status of a task.
         * @enum {string}
         */
        TaskStatus: "pending" | "in_progress" | "completed" | "failed" | "timeout" | "cancelled";
        /** @description The task that a plan itself delegates when a step starts. */
        TaskTemplate: {
            /** @description The type of work. */
            task_type: string;
            /** @description The input of the work. */
            payload?: unknown;
            /** @description Its priority in the inbox. */
            priority?: components["schemas"]["Priority"];
            timeout?: components["schemas"]["Span"] | null;
            start_within?: components["schemas"]["Span"] | null;
            heartbeat?: components["schemas"]["Span"] | null;
            retry_policy?: components["schemas"]["RetryPolicy"] | null;
            /** @description The agents that receive the task next, in order, if the agent fails for good. */
            fallback_agents?: components["schemas"]["AgentId"][];
        };
        /** @description A task changed. An absent member did not change. */
        TaskUpdated: {
            /** @description The task's id. */
            task_id: components["schemas"]["TaskId"];
            /** @description Its status now: `pending`, `in_progress`, `completed`, `failed`, `timeout` or `cancelled`. */
            status: components["schemas"]["TaskStatus"];
            /**
             * Format: int32
             * @description The current attempt, or the last one.
             */
            attempt: number;
            /** @description The agent that has it now. */
            assignee: components["schemas"]["AgentId"];
            /** @description The progress that the agent reported. */
            progress?: unknown;
            /** @description The result. */
            result?: unknown;
            /** @description Why the attempt failed. */
            error?: unknown;
            ended?: components["schemas"]["TaskStatus"] | null;
            message_id?: components["schemas"]["MessageId"] | null;
            retry_at?: components["schemas"]["Timestamp"] | null;
            deadline?: components["schemas"]["Timestamp"] | null;
            /** @description False if the attempt failed in a way that the same agent would fail again. */
            retryable?: boolean | null;
            /** @description Whether the work waits for an answer to a question from now on; its deadline is then not counted. */
            input_required?: boolean | null;
        };
        /** @description Terminates a session and its children. */
        Terminate: {
            /**
             * @description The reason.
             * @example timeout
             */
            reason: string;
            /**
             * @description Details of the reason.
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
        /** @description A token of the session was issued. It replaces the one before it. */
        TokenIssued: {
            /** @description The SHA-256 of the token, in hexadecimal digits. The token itself is not stored. */
            sha256: string;
        };
        /** @description A tool gave a result, or failed. */
        ToolAnswered: {
            /** @description The turn's id. */
            turn_id: components["schemas"]["TurnId"];
            /**
             * Format: int64
             * @description The number of the runner.
             */
            runner: number;
            /**
             * Format: int32
             * @description The number of the call in its turn.
             */
            number: number;
            /** @description `completed` or `failed`. */
            status: components["schemas"]["ToolStatus"];
            /** @description The result, or why there is none, as the model reads it. */
            text: string;
            /**
             * Format: int64
             * @description The milliseconds that it took.
             */
            duration_ms: number;
        };
        /** @description The model calls a tool. It is called when this is durable. */
        ToolCalled: {
            /** @description The turn's id. */
            turn_id: components["schemas"]["TurnId"];
            /**
             * Format: int64
             * @description The number of the runner.
             */
            runner: number;
            /**
             * Format: int32
             * @description The number of the call in its turn, from 1.
             */
            number: number;
            /** @description The id that the model's service gave it. */
            id: string;
            /** @description The tool's name. */
            name: string;
            /** @description The arguments as the model wrote them: JSON, unless it made a mistake. */
            arguments: string;
            /**
             * Format: int32
             * @description The number of the model's request in the turn, from 1: calls of the same round were wanted at once.
             */
            round: number;
            /**
             * Format: int64
             * @description Where in the answer it is called: bytes of the text before it.
             */
            offset: number;
        };
        /**
         * @description Whether a tool that was called gave a result.
         * @enum {string}
         */
        ToolStatus: "called" | "completed" | "failed";
        /** @description A tool that the model called for a turn. */
        ToolUse: {
            /**
             * Format: int32
             * @description The number of the call in its turn, from 1.
             */
            number: number;
            /** @description The id that the model's service gave it. */
            id: string;
            /** @description The tool's name. */
            name: string;
            /** @description The arguments as the model wrote them: JSON, unless it made a mistake. */
            arguments: string;
            /**
             * Format: int32
             * @description The number of the model's request in the turn, from 1: calls of the same round were wanted at once.
             */
            round: number;
            /**
             * Format: int64
             * @description Where in the answer it was called: bytes of the text before it.
             */
            offset: number;
            /** @description Whether it gave a result. */
            status: components["schemas"]["ToolStatus"];
            /** @description The result, as the model reads it; empty before there is one. */
            text?: string;
            /**
             * Format: int64
             * @description The milliseconds that it took; absent before there is a result.
             */
            duration_ms?: number | null;
        };
        /** @description A message to the assistant, and what became of it. */
        Turn: {
            /** @description Its id. */
            turn_id: components["schemas"]["TurnId"];
            /** @description Its session. */
            session_id: components["schemas"]["SessionId"];
            parent?: components["schemas"]["TurnId"] | null;
            /** @description `queued`, `running`, `completed`, `stopped`, `failed`, `interrupted` or `rolled_back`. */
            status: components["schemas"]["TurnStatus"];
            /** @description The message. */
            text: string;
            /** @description Instructions to the model for this turn alone. */
            instructions?: string | null;
            /** @description The files that the message is about. */
            files?: components["schemas"]["FileId"][];
            /** @description The sources of the answer, `chat` or `query`. */
            mode?: components["schemas"]["AnswerMode"];
            /** @description Settings for this answer alone. */
            settings?: components["schemas"]["TurnSettings"];
            /** @description The whole answer, or the part before its end. */
            answer: string;
            /** @description The files and passages that the model was given for the turn. */
            sources?: components["schemas"]["Source"][];
            /** @description The sources that the answer cites. The server has checked each. */
            citations?: components["schemas"]["Citation"][];
            /** @description The tools that the model called. */
            tools?: components["schemas"]["ToolUse"][];
            /** @description The model's reasoning. */
            reasoning?: string | null;
            /** @description Why the model stopped: `stop`, `length` or the provider's word. */
            finish?: string | null;
            /** @description Why there is no whole answer, or why it may be wrong: the model has not read all of the conversation. */
            reason?: string | null;
            usage?: components["schemas"]["Usage"] | null;
            /** @description The key that sent the message. */
            asked_by: string;
            /** @description When it was accepted. */
            queued_at: components["schemas"]["Timestamp"];
            began_at?: components["schemas"]["Timestamp"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description The number of the event that accepted it.
             */
            revision: number;
        };
        /** @description A process began to answer a turn. */
        TurnBegan: {
            /** @description The turn's id. */
            turn_id: components["schemas"]["TurnId"];
            parent?: components["schemas"]["TurnId"] | null;
            /**
             * Format: int64
             * @description The number of the runner: each has a higher one.
             */
            runner: number;
        };
        /** @description A turn ended, once. */
        TurnEnded: {
            /** @description The turn's id. */
            turn_id: components["schemas"]["TurnId"];
            /** @description How it ended: `completed`, `stopped`, `failed`, `interrupted` or `rolled_back`. */
            status: components["schemas"]["TurnStatus"];
            /** @description The whole answer, or the part before its end. */
            text?: string;
            /** @description The model's reasoning. It is never sent to a model again. */
            reasoning?: string;
            /** @description Why the model stopped, in the provider's words: `stop`, `length` or another. */
            finish?: string | null;
            /** @description Why there is no whole answer, or why it may be wrong: the model has not read all of the conversation. */
            reason?: string | null;
            usage?: components["schemas"]["Usage"] | null;
            /** @description The files and passages that the model was given for the turn. */
            sources?: components["schemas"]["Source"][];
            /** @description The sources that the answer cites. */
            citations?: components["schemas"]["Citation"][];
        };
        /**
         * @description A turn's id: `[A-Za-z0-9_.:-]{1,128}`. The engine's own are `turn_` and a time-ordered id.
         * @example turn_0198f3a2
         */
        TurnId: string;
        /** @description Turns of all branches, in the order in which they were accepted. */
        TurnPage: {
            /** @description The turns. */
            turns: components["schemas"]["Turn"][];
            head?: components["schemas"]["TurnId"] | null;
            /**
             * Format: int64
             * @description The revision to pass as `after` for the next page; null on the last page.
             */
            next_after?: number | null;
            /** @description The summaries that a model is sent in place of turns, in all branches; each page has them. */
            summaries?: components["schemas"]["TurnSummary"][];
        };
        /** @description More of an answer is known. At most one a second; the whole answer comes with `turn_ended`. */
        TurnProgressed: {
            /** @description The turn's id. */
            turn_id: components["schemas"]["TurnId"];
            /**
             * Format: int64
             * @description The number of the runner.
             */
            runner: number;
            /**
             * Format: int64
             * @description Where the text continues: bytes of the answer before it.
             */
            offset: number;
            /** @description The text since the last checkpoint. */
            text: string;
            /** @description The reasoning since the last checkpoint. */
            reasoning?: string;
            /** @description The files and passages that the model was given, if no earlier checkpoint has them. */
            sources?: components["schemas"]["Source"][];
        };
        /** @description A message was accepted. Its turn begins when those before it have ended. */
        TurnQueued: {
            /** @description The turn's id. */
            turn_id: components["schemas"]["TurnId"];
            parent?: components["schemas"]["TurnId"] | null;
            /** @description Whether it follows no turn: another beginning; false if absent. */
            root?: boolean;
            /** @description The message. */
            text: string;
            /** @description Instructions to the model for this turn alone. */
            instructions?: string | null;
            /** @description The files that the message is about; the assistant chooses when there are none. */
            files?: components["schemas"]["FileId"][];
            /** @description The sources of the answer, `chat` or `query`; `chat` if absent. */
            mode?: components["schemas"]["AnswerMode"];
            /** @description Settings for this answer alone; none if absent. */
            settings?: components["schemas"]["TurnSettings"];
            /** @description Whether it goes before the turns that wait; false if absent. */
            next?: boolean;
        };
        /** @description Settings of a message for its own answer. Absent members are as the session's assistant has them. */
        TurnSettings: {
            /**
             * Format: double
             * @description How freely the model draws its words: from 0, the likeliest each time, to 2.
             */
            temperature?: number | null;
            /**
             * Format: double
             * @description Draws from the likeliest words alone whose probabilities add up to this: above 0, at most 1.
             */
            top_p?: number | null;
            /**
             * Format: int32
             * @description The maximum number of tokens of the answer.
             */
            max_tokens?: number | null;
            /** @description Texts that end the answer and are not part of it: 4 at most. */
            stop?: string[];
            /**
             * Format: int64
             * @description The start of the random choice of words. The same seed and conversation give the same answer if the model supports that.
             */
            seed?: number | null;
        };
        /**
         * @description Whether a turn waits, runs, or how it ended.
         * @enum {string}
         */
        TurnStatus: "queued" | "running" | "completed" | "stopped" | "failed" | "interrupted" | "rolled_back";
        /** @description The place of a summary in a conversation. The summarised turns stay. */
        TurnSummary: {
            /** @description The last summarised turn. The others are those that lead to it. */
            through: components["schemas"]["TurnId"];
            /**
             * Format: int64
             * @description The number of the event `conversation_compacted`, which has the text.
             */
            revision: number;
        };
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
            /** @description The agent or principal that caused it. */
            actor: string;
            /** @description Any JSON. */
            data: unknown;
        };
        /**
         * @description Why no value was chosen.
         * @enum {string}
         */
        Unresolved: "manual" | "tie";
        /** @description The next times of a schedule. */
        UpcomingTimes: {
            /** @description The next times, three at most. */
            upcoming: components["schemas"]["Timestamp"][];
        };
        /** @description Changes a schedule. Absent members do not change; a new `cron`, `every` or `at` replaces the one before. */
        UpdateSchedule: {
            /** @description A cron expression. */
            cron?: string | null;
            every?: components["schemas"]["Span"] | null;
            at?: components["schemas"]["Timestamp"] | null;
            /** @description The IANA time zone of the cron expression. */
            time_zone?: string | null;
            session?: components["schemas"]["CreateSession"] | null;
            overlap?: components["schemas"]["Overlap"] | null;
            catch_up?: components["schemas"]["Span"] | null;
            /** @description True pauses it, false resumes it. Times that pass while it is paused are not made up for. */
            paused?: boolean | null;
        };
        /** @description Changes a session's name, labels or expiry. Absent members do not change. */
        UpdateSession: {
            /** @description The new name. */
            name?: string | null;
            /** @description Labels to set; an empty value removes one. */
            labels?: {
                [key: string]: string;
            } | null;
            expires_in?: components["schemas"]["Span"] | null;
        };
        /** @description Replaces the plan, or sets the state of its steps manually. */
        UpdateWorkflow: {
            /** @description The step to start; its dependencies must be complete. */
            current_step?: string | null;
            /** @description The steps to mark as complete. */
            completed_steps?: string[] | null;
            /** @description The steps to reset. */
            pending_steps?: string[] | null;
            /** @description The whole new plan; steps that keep their name keep their state. */
            steps?: components["schemas"]["NewStep"][] | null;
        };
        /** @description A file that was uploaded. */
        Uploaded: {
            /** @description The result, for people. */
            message: string;
            /** @description The file's name. */
            filename: string;
            /** @description Where the file is, by this interface: the path of its content. */
            file_path: string;
            /** @description The session. */
            session_id: components["schemas"]["SessionId"];
            /** @description The file. */
            file_id: components["schemas"]["FileId"];
            /**
             * Format: int64
             * @description Its size in bytes.
             */
            size: number;
            /**
             * @description Its media type by its content.
             * @example application/pdf
             */
            type: string;
            /** @description When it was added. */
            timestamp: components["schemas"]["Timestamp"];
            /** @description A result for each file, if there were several. */
            files?: components["schemas"]["AddedFile"][];
        };
        /** @description The usage of a model in a call. */
        Usage: {
            /** @description The model's name. */
            model?: string | null;
            /** @description The service that runs it. */
            provider?: string | null;
            /**
             * Format: int64
             * @description Tokens of the prompt.
             */
            input_tokens?: number;
            /**
             * Format: int64
             * @description Tokens of the answer.
             */
            output_tokens?: number;
            /**
             * Format: int64
             * @description Tokens of the prompt that were in a cache, and were not read again.
             */
            cached_tokens?: number | null;
            /**
             * Format: double
             * @description The cost in US dollars.
             */
            cost?: number | null;
            /**
             * Format: int64
             * @description The time until the answer, in microseconds.
             */
            latency_us?: number | null;
        };
        /** @description How the delivery to an agent's `http` endpoint goes. */
        Webhook: {
            /** @description Its state. */
            status: components["schemas"]["WebhookStatus"];
            /**
             * Format: int32
             * @description Failed posts since the last message that the endpoint accepted.
             */
            failures: number;
            /** @description Why the last post failed. */
            last_error?: string | null;
            last_accepted_at?: components["schemas"]["Timestamp"] | null;
            next_attempt_at?: components["schemas"]["Timestamp"] | null;
        };
        /**
         * @description The state of a webhook.
         * @enum {string}
         */
        WebhookStatus: "working" | "failing" | "disabled";
        /** @description The identity behind a request. */
        Whoami: {
            /**
             * @description The key's name, which owns the sessions that it creates. `local` if no key is needed.
             * @example backend-team
             */
            name: string;
            /** @description The key's role. */
            role: components["schemas"]["Role"];
            /**
             * @description The agents that the key may act as: ids, or prefixes that end in `*`; an administrator may act as any agent.
             * @example [
             *       "opencode://*"
             *     ]
             */
            agents: components["schemas"]["AgentPattern"][];
            session_id?: components["schemas"]["SessionId"] | null;
            /** @description Whether the server needs no key, because it has none and listens only on its own machine. */
            keyless: boolean;
        };
        /** @description Withdraws a question. */
        WithdrawQuestion: {
            /** @description The reason. */
            reason?: string | null;
        };
        /** @description The plan and its progress. */
        Workflow: {
            /** @description The first step that is active. */
            current_step?: string | null;
            /** @description All steps that are active. */
            active_steps: string[];
            /** @description The steps that are complete. */
            completed_steps: string[];
            /** @description The pending steps. */
            pending_steps: string[];
            /** @description The steps that failed. */
            failed_steps?: string[];
            /** @description All steps, in the given order. */
            steps: components["schemas"]["Step"][];
        };
        /** @description Steps started, ended or were set manually. */
        WorkflowAdvanced: {
            /** @description The changes, in order. */
            steps: components["schemas"]["StepChange"][];
            /** @description The first active step after the changes. */
            current_step?: string | null;
            /** @description Whether the last step has ended; false if absent. */
            workflow_completed?: boolean;
        };
        /** @description The plan was set or replaced. A step that keeps its name keeps its state. */
        WorkflowUpdated: {
            /** @description The whole plan. */
            steps: components["schemas"]["PlannedStep"][];
        };
        /** @description The writer that renews or releases its lease. */
        Writer: {
            /**
             * Format: int64
             * @description The writer's number.
             */
            writer: number;
        };
    };
    responses: {
        /** @description The request is malformed. */
        Problem400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A valid key is required. */
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
        /** @description The resource does not exist, or the key may not see it. */
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
        /** @description The current state does not allow the request. */
        Problem409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The requested events are no longer kept. */
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
        /** @description The media type is not supported. */
        Problem415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Fields of the request are invalid. */
        Problem422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The inbox is full; `Retry-After` says when to retry. */
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
        /** @description The server is unavailable; `Retry-After` says when to retry. */
        Problem503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No response arrived in time. */
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
export type AddTurn = components['schemas']['AddTurn'];
export type AddedFile = components['schemas']['AddedFile'];
export type AddedFiles = components['schemas']['AddedFiles'];
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
export type AnswerMode = components['schemas']['AnswerMode'];
export type AnswerQuestion = components['schemas']['AnswerQuestion'];
export type AskQuestion = components['schemas']['AskQuestion'];
export type Asker = components['schemas']['Asker'];
export type Assistant = components['schemas']['Assistant'];
export type AssistantSet = components['schemas']['AssistantSet'];
export type Attempt = components['schemas']['Attempt'];
export type Authentication = components['schemas']['Authentication'];
export type Backoff = components['schemas']['Backoff'];
export type BeginExecution = components['schemas']['BeginExecution'];
export type Busy = components['schemas']['Busy'];
export type CallEntry = components['schemas']['CallEntry'];
export type CallError = components['schemas']['CallError'];
export type CallKind = components['schemas']['CallKind'];
export type CallStatus = components['schemas']['CallStatus'];
export type Calls = components['schemas']['Calls'];
export type CallsRecorded = components['schemas']['CallsRecorded'];
export type CancelTask = components['schemas']['CancelTask'];
export type Chat = components['schemas']['Chat'];
export type ChatAnswer = components['schemas']['ChatAnswer'];
export type Citation = components['schemas']['Citation'];
export type ClaimLease = components['schemas']['ClaimLease'];
export type ClaimedLease = components['schemas']['ClaimedLease'];
export type ClearConversation = components['schemas']['ClearConversation'];
export type Complete = components['schemas']['Complete'];
export type CompleteTask = components['schemas']['CompleteTask'];
export type Conflict = components['schemas']['Conflict'];
export type ConflictValue = components['schemas']['ConflictValue'];
export type Connected = components['schemas']['Connected'];
export type ContextUpdated = components['schemas']['ContextUpdated'];
export type ContextWrite = components['schemas']['ContextWrite'];
export type Conversation = components['schemas']['Conversation'];
export type ConversationCleared = components['schemas']['ConversationCleared'];
export type ConversationCompacted = components['schemas']['ConversationCompacted'];
export type Counts = components['schemas']['Counts'];
export type CreateKey = components['schemas']['CreateKey'];
export type CreateSchedule = components['schemas']['CreateSchedule'];
export type CreateSession = components['schemas']['CreateSession'];
export type CreatedKey = components['schemas']['CreatedKey'];
export type DelegateTask = components['schemas']['DelegateTask'];
export type DeliveryMode = components['schemas']['DeliveryMode'];
export type Endpoints = components['schemas']['Endpoints'];
export type Event = components['schemas']['Event'];
export type EventPage = components['schemas']['EventPage'];
export type Execution = components['schemas']['Execution'];
export type ExecutionBegan = components['schemas']['ExecutionBegan'];
export type ExecutionContinued = components['schemas']['ExecutionContinued'];
export type ExecutionEnd = components['schemas']['ExecutionEnd'];
export type ExecutionInterrupted = components['schemas']['ExecutionInterrupted'];
export type ExecutionLease = components['schemas']['ExecutionLease'];
export type FailSession = components['schemas']['FailSession'];
export type FailTask = components['schemas']['FailTask'];
export type FieldError = components['schemas']['FieldError'];
export type File = components['schemas']['File'];
export type FileAdded = components['schemas']['FileAdded'];
export type FileCounts = components['schemas']['FileCounts'];
export type FileForm = components['schemas']['FileForm'];
export type FileId = components['schemas']['FileId'];
export type FileList = components['schemas']['FileList'];
export type FilesRemoved = components['schemas']['FilesRemoved'];
export type Fork = components['schemas']['Fork'];
export type ForkPoint = components['schemas']['ForkPoint'];
export type HeadMoved = components['schemas']['HeadMoved'];
export type Health = components['schemas']['Health'];
export type Heartbeat = components['schemas']['Heartbeat'];
export type Imported = components['schemas']['Imported'];
export type InboxMessage = components['schemas']['InboxMessage'];
export type InboxPage = components['schemas']['InboxPage'];
export type IssuedToken = components['schemas']['IssuedToken'];
export type Join = components['schemas']['Join'];
export type JoinWord = components['schemas']['JoinWord'];
export type Key = components['schemas']['Key'];
export type KeyPage = components['schemas']['KeyPage'];
export type Kind = components['schemas']['Kind'];
export type LastRun = components['schemas']['LastRun'];
export type Lease = components['schemas']['Lease'];
export type LeaseClaimed = components['schemas']['LeaseClaimed'];
export type LeaseExpired = components['schemas']['LeaseExpired'];
export type LeaseReleased = components['schemas']['LeaseReleased'];
export type MessageId = components['schemas']['MessageId'];
export type MessageInfo = components['schemas']['MessageInfo'];
export type MessagePage = components['schemas']['MessagePage'];
export type MessageSent = components['schemas']['MessageSent'];
export type MessageState = components['schemas']['MessageState'];
export type MessageType = components['schemas']['MessageType'];
export type MoveHead = components['schemas']['MoveHead'];
export type NewStep = components['schemas']['NewStep'];
export type OnFailure = components['schemas']['OnFailure'];
export type Outcome = components['schemas']['Outcome'];
export type Overlap = components['schemas']['Overlap'];
export type Participant = components['schemas']['Participant'];
export type ParticipantAdded = components['schemas']['ParticipantAdded'];
export type ParticipantRemoved = components['schemas']['ParticipantRemoved'];
export type ParticipantStatus = components['schemas']['ParticipantStatus'];
export type Party = components['schemas']['Party'];
export type Passage = components['schemas']['Passage'];
export type PassageList = components['schemas']['PassageList'];
export type PlannedStep = components['schemas']['PlannedStep'];
export type Point = components['schemas']['Point'];
export type PointPage = components['schemas']['PointPage'];
export type PreviewSchedule = components['schemas']['PreviewSchedule'];
export type Priority = components['schemas']['Priority'];
export type Problem = components['schemas']['Problem'];
export type Progress = components['schemas']['Progress'];
export type ProgressTask = components['schemas']['ProgressTask'];
export type PutPoints = components['schemas']['PutPoints'];
export type Question = components['schemas']['Question'];
export type QuestionAnswered = components['schemas']['QuestionAnswered'];
export type QuestionAsked = components['schemas']['QuestionAsked'];
export type QuestionClosed = components['schemas']['QuestionClosed'];
export type QuestionId = components['schemas']['QuestionId'];
export type QuestionKind = components['schemas']['QuestionKind'];
export type QuestionPage = components['schemas']['QuestionPage'];
export type QuestionStatus = components['schemas']['QuestionStatus'];
export type Reading = components['schemas']['Reading'];
export type RecordCalls = components['schemas']['RecordCalls'];
export type Recorded = components['schemas']['Recorded'];
export type RegisterAgent = components['schemas']['RegisterAgent'];
export type Registered = components['schemas']['Registered'];
export type RenewLease = components['schemas']['RenewLease'];
export type Renewed = components['schemas']['Renewed'];
export type Retry = components['schemas']['Retry'];
export type RetryPolicy = components['schemas']['RetryPolicy'];
export type RetryTurn = components['schemas']['RetryTurn'];
export type Role = components['schemas']['Role'];
export type Routing = components['schemas']['Routing'];
export type RunOutcome = components['schemas']['RunOutcome'];
export type Schedule = components['schemas']['Schedule'];
export type ScheduleId = components['schemas']['ScheduleId'];
export type SchedulePage = components['schemas']['SchedulePage'];
export type SendMessage = components['schemas']['SendMessage'];
export type SendSignal = components['schemas']['SendSignal'];
export type Sent = components['schemas']['Sent'];
export type SentRequest = components['schemas']['SentRequest'];
export type Session = components['schemas']['Session'];
export type SessionCompleted = components['schemas']['SessionCompleted'];
export type SessionCreated = components['schemas']['SessionCreated'];
export type SessionExpired = components['schemas']['SessionExpired'];
export type SessionFailed = components['schemas']['SessionFailed'];
export type SessionForked = components['schemas']['SessionForked'];
export type SessionId = components['schemas']['SessionId'];
export type SessionImported = components['schemas']['SessionImported'];
export type SessionPage = components['schemas']['SessionPage'];
export type SessionRetried = components['schemas']['SessionRetried'];
export type SessionSort = components['schemas']['SessionSort'];
export type SessionStats = components['schemas']['SessionStats'];
export type SessionSummary = components['schemas']['SessionSummary'];
export type SessionTerminated = components['schemas']['SessionTerminated'];
export type SessionToken = components['schemas']['SessionToken'];
export type SessionUpdated = components['schemas']['SessionUpdated'];
export type Signal = components['schemas']['Signal'];
export type SignalPage = components['schemas']['SignalPage'];
export type SignalSent = components['schemas']['SignalSent'];
export type Source = components['schemas']['Source'];
export type Span = components['schemas']['Span'];
export type Status = components['schemas']['Status'];
export type Step = components['schemas']['Step'];
export type StepChange = components['schemas']['StepChange'];
export type StepQuestion = components['schemas']['StepQuestion'];
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
export type TokenIssued = components['schemas']['TokenIssued'];
export type ToolAnswered = components['schemas']['ToolAnswered'];
export type ToolCalled = components['schemas']['ToolCalled'];
export type ToolStatus = components['schemas']['ToolStatus'];
export type ToolUse = components['schemas']['ToolUse'];
export type Turn = components['schemas']['Turn'];
export type TurnBegan = components['schemas']['TurnBegan'];
export type TurnEnded = components['schemas']['TurnEnded'];
export type TurnId = components['schemas']['TurnId'];
export type TurnPage = components['schemas']['TurnPage'];
export type TurnProgressed = components['schemas']['TurnProgressed'];
export type TurnQueued = components['schemas']['TurnQueued'];
export type TurnSettings = components['schemas']['TurnSettings'];
export type TurnStatus = components['schemas']['TurnStatus'];
export type TurnSummary = components['schemas']['TurnSummary'];
export type UnknownEvent = components['schemas']['UnknownEvent'];
export type Unresolved = components['schemas']['Unresolved'];
export type UpcomingTimes = components['schemas']['UpcomingTimes'];
export type UpdateSchedule = components['schemas']['UpdateSchedule'];
export type UpdateSession = components['schemas']['UpdateSession'];
export type UpdateWorkflow = components['schemas']['UpdateWorkflow'];
export type Uploaded = components['schemas']['Uploaded'];
export type Usage = components['schemas']['Usage'];
export type Webhook = components['schemas']['Webhook'];
export type WebhookStatus = components['schemas']['WebhookStatus'];
export type Whoami = components['schemas']['Whoami'];
export type WithdrawQuestion = components['schemas']['WithdrawQuestion'];
export type Workflow = components['schemas']['Workflow'];
export type WorkflowAdvanced = components['schemas']['WorkflowAdvanced'];
export type WorkflowUpdated = components['schemas']['WorkflowUpdated'];
export type Writer = components['schemas']['Writer'];
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
            /** @description A redirect to `/console/` or to `/docs`. */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    a2a: {
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
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The response, which may be an error of the protocol. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                    "text/event-stream": string;
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
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    a2a_card: {
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
            /** @description The card. */
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
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_agents: {
        parameters: {
            query?: {
                /**
                 * @description Only agents whose `capabilities` name this: anywhere, as `rust`, or within one member, as `languages:rust`. Letter case
                 *     does not matter. Default: all agents.
                 */
                capability?: string;
                /** @description The maximum number of rows, up to 1000. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
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
            /** @description The agent was already registered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description The agent is registered. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
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
            /** @description The agent is removed. */
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
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
                "application/json": components["schemas"]["Heartbeat"];
            };
        };
        responses: {
            /** @description The heartbeat is recorded. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    receive_messages: {
        parameters: {
            query?: {
                /** @description How long to wait for the first message, such as `30s`. Default: no wait. */
                wait?: components["schemas"]["Span"];
                /** @description The maximum number of messages, up to 64. Default: 10. */
                limit?: number;
                /** @description The fencing token of the connection that reads; an older token is rejected. Without a token the inbox is shared. */
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            /** @description The number of messages that this request acknowledged. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            /** @description The message waits again, as if it had never been delivered. */
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
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    aggregate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
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
            /** @description The combined result, and the differences. */
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
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    chat: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session, if the body names none. */
                "x-session-id"?: string | null;
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Chat"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAnswer"];
                    "text/event-stream": string;
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            /** @description A redirect to `/console/`. */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
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
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
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
                 * @description The file, or the path within the console.
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
            /** @description The file is the one that `If-None-Match` names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            431: components["responses"]["Problem431"];
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
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
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
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
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
                 * @description An error code.
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            431: components["responses"]["Problem431"];
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
                 * @description The file name of an image.
                 * @example console-session.png
                 */
                image: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An image. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            431: components["responses"]["Problem431"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            431: components["responses"]["Problem431"];
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
            /** @description The server is alive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
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
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    mcp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The agent that the request acts as. */
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
            /** @description The notification was accepted. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description Only messages to this agent. */
                recipient?: components["schemas"]["AgentId"];
                /** @description Only messages of this session. */
                session_id?: components["schemas"]["SessionId"];
                /** @description Only messages in this state: `queued`, `acknowledged`, `dead` or `withdrawn`. */
                state?: components["schemas"]["MessageState"];
                /** @description The maximum number of rows, up to 1000. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    send_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The fencing token of the participant's lease. */
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
            /** @description The message is durable. */
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
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
            507: components["responses"]["Problem507"];
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
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
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_questions: {
        parameters: {
            query?: {
                /** @description About how many rows, up to 1000. The questions of one session are never split. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of questions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuestionPage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
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
            /** @description The server can write. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_schedules: {
        parameters: {
            query?: {
                /** @description The maximum number of rows, up to 1000. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of schedules. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchedulePage"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    create_schedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSchedule"];
            };
        };
        responses: {
            /** @description The schedule. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    preview_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewSchedule"];
            };
        };
        responses: {
            /** @description The next times. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpcomingTimes"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule; `ETag` is its revision. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delete_schedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule is deleted. */
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
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    update_schedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateSchedule"];
            };
        };
        responses: {
            /** @description The schedule after the change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    run_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
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
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description Only sessions of this kind. */
                kind?: components["schemas"]["Kind"];
                /** @description Only sessions with this status. */
                status?: components["schemas"]["Status"];
                /** @description Only sessions of this owner. */
                owner?: string;
                /** @description Only sessions with this label: `key` or `key=value`. */
                label?: string;
                /** @description `true`: only sessions with a question that waits for an answer. */
                waiting?: boolean;
                /** @description Only children of this session. */
                parent?: components["schemas"]["SessionId"];
                /** @description Only forks of this session. */
                forked_from?: components["schemas"]["SessionId"];
                /** @description Only sessions that were created at this time or later. */
                created_since?: components["schemas"]["Timestamp"];
                /** @description Only sessions that were created before this time. */
                created_until?: components["schemas"]["Timestamp"];
                /** @description Only sessions whose last change was at this time or later. */
                updated_since?: components["schemas"]["Timestamp"];
                /** @description Only sessions whose last change was before this time. */
                updated_until?: components["schemas"]["Timestamp"];
                /** @description Only sessions whose id, name, client or orchestrator contains this text. */
                q?: string;
                /** @description The order: `created` (newest first, the default), `updated` (last changed first) or `name`. */
                sort?: components["schemas"]["SessionSort"];
                /** @description `true`: the opposite order, such as oldest first. */
                reverse?: boolean;
                /** @description The maximum number of rows, up to 1000. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
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
            /** @description The session. */
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
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            /** @description The numbers of sessions. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    import_session: {
        parameters: {
            query?: {
                /** @description An id other than that of the exported session; the import is then a fork. */
                session_id?: components["schemas"]["SessionId"];
            };
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description An exported journal. */
        requestBody: {
            content: {
                "application/jsonl": string;
            };
        };
        responses: {
            /** @description The imported session. */
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
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The expected revision of the session, in quotes, or `*`. */
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
            /** @description The session is deleted. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    update_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The session after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    set_assistant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["Assistant"];
            };
        };
        responses: {
            /** @description The session. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    record_calls: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The batch is durable. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    clear_conversation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["ClearConversation"];
            };
        };
        responses: {
            /** @description The session. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    complete_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["Complete"];
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    replace_context: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The document after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    patch_context: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The document after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_events: {
        parameters: {
            query?: {
                /** @description Only events with a larger number. */
                after?: number;
                /** @description The maximum number of events, up to 1000. Default: 100. */
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    begin_execution: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The process is the writer. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    release_execution: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["Writer"];
            };
        };
        responses: {
            /** @description Any process may resume the execution. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Renewed"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    renew_execution: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["Writer"];
            };
        };
        responses: {
            /** @description The lease is renewed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Renewed"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    fail_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_files: {
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
            /** @description The files. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    add_files: {
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
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["FileForm"];
            };
        };
        responses: {
            /** @description A result for each file. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddedFiles"];
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_file: {
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
                 * @description The name of a guide.
                 * @example agents
                 */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delete_file: {
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
                 * @description The name of a guide.
                 * @example agents
                 */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is removed. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_file_content: {
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
                 * @description The name of a guide.
                 * @example agents
                 */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_passage: {
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
                 * @description The name of a guide.
                 * @example agents
                 */
                file_id: string;
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                passage: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The passage. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passage"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    fork_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
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
                "application/json": components["schemas"]["Fork"];
            };
        };
        responses: {
            /** @description The fork. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    move_head: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["MoveHead"];
            };
        };
        responses: {
            /** @description The session. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    add_participant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    remove_participant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The session without the participant. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    claim_lease: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    release_lease: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The lease is released. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    search_files: {
        parameters: {
            query?: {
                /** @description A question, or words: the passages that fit best come first. */
                query?: string;
                /** @description The maximum number of passages, up to 100. Default: 10. */
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
            /** @description The passages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PassageList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_session_questions: {
        parameters: {
            query?: {
                /** @description Only questions with this status. */
                status?: components["schemas"]["QuestionStatus"];
                /** @description The maximum number of rows, up to 1000. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
            /** @description A page of questions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuestionPage"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    ask_question: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["AskQuestion"];
            };
        };
        responses: {
            /** @description The question. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_question: {
        parameters: {
            query?: {
                /** @description How long to wait while it is open, such as `30s`. Default: no wait. */
                wait?: components["schemas"]["Span"];
            };
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The question.
                 * @example question_0198f3a2
                 */
                question_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The question. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    answer_question: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The question.
                 * @example question_0198f3a2
                 */
                question_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerQuestion"];
            };
        };
        responses: {
            /** @description The question after the change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    withdraw_question: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The question.
                 * @example question_0198f3a2
                 */
                question_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WithdrawQuestion"];
            };
        };
        responses: {
            /** @description The question after the change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    retry_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["Retry"];
            };
        };
        responses: {
            /** @description The session after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_signals: {
        parameters: {
            query?: {
                /** @description Only signals with this name. */
                name?: string;
                /** @description Only signals after this revision. Default: 0. */
                after?: number;
                /** @description How long to wait for the first signal, such as `30s`. Default: no wait. */
                wait?: components["schemas"]["Span"];
                /** @description The maximum number of signals, up to 1000. Default: 100. */
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
            /** @description Signals. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignalPage"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    send_signal: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The signal's name, percent-encoded.
                 * @example go
                 */
                signal: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SendSignal"];
            };
        };
        responses: {
            /** @description The signal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Signal"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    stop_turns: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
        requestBody?: never;
        responses: {
            /** @description The session. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            /** @description The summary in Markdown. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_session_tasks: {
        parameters: {
            query?: {
                /** @description Only tasks of this agent. */
                assignee?: components["schemas"]["AgentId"];
                /** @description Only tasks with this status. */
                status?: components["schemas"]["TaskStatus"];
                /** @description Only tasks of this step, for the list of one session. */
                step?: string;
                /** @description The maximum number of rows, up to 1000. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delegate_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_points: {
        parameters: {
            query?: {
                /** @description Only points of this series. */
                series?: string;
                /** @description Only points with a larger number. */
                after?: number;
                /** @description The maximum number of points, up to 1000. Default: 100. */
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    put_points: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The points are stored. */
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
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    terminate_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    issue_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description The expected revision of the session, in quotes, or `*`. */
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
            /** @description The token, which is shown only once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedToken"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_turns: {
        parameters: {
            query?: {
                /** @description Only turns after this revision. Default: 0. */
                after?: number;
                /** @description The maximum number of turns, up to 1000. Default: 100. */
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
            /** @description A page of turns. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TurnPage"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    add_turn: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["AddTurn"];
            };
        };
        responses: {
            /** @description The turn, which waits or runs. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_turn: {
        parameters: {
            query?: {
                /** @description How long to wait for its end, such as `30s`. Default: no wait. */
                wait?: components["schemas"]["Span"];
            };
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                turn_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The turn. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    retry_turn: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                turn_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryTurn"];
            };
        };
        responses: {
            /** @description The new turn. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    stop_turn: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
                "x-agent-id"?: string;
            };
            path: {
                /**
                 * @description The session.
                 * @example sess_notifications_2025-02-02
                 */
                session_id: string;
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                turn_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The turn. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    update_workflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The session after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    advance_workflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["Advance"];
            };
        };
        responses: {
            /** @description The session after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /** @description Only tasks of this agent. */
                assignee?: components["schemas"]["AgentId"];
                /** @description Only tasks with this status. */
                status?: components["schemas"]["TaskStatus"];
                /** @description Only tasks of this step, for the list of one session. */
                step?: string;
                /** @description The maximum number of rows, up to 1000. Default: 100. */
                limit?: number;
                /** @description The `next_cursor` of the previous page. */
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    accept_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["TaskReportMeta"];
            };
        };
        responses: {
            /** @description The task after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    cancel_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
                "application/json": components["schemas"]["CancelTask"];
            };
        };
        responses: {
            /** @description The task after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    complete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The task after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    fail_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The task after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    progress_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
                /** @description The expected revision of the session, in quotes, or `*`. */
                "If-Match"?: string;
                /** @description The fencing token of the participant's lease. */
                "Fencing-Token"?: string;
                /** @description The agent that the request acts as. */
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
            /** @description The task after the change. */
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
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    upload: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session, if the token names none. */
                "x-session-id"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["FileForm"];
            };
        };
        responses: {
            /** @description The file. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uploaded"];
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    chat_completions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session. */
                "x-session-id"?: string | null;
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
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
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                    "text/event-stream": string;
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
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    create_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, unknown> | null;
            };
        };
        responses: {
            /** @description The conversation. */
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
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conversation. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delete_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    list_items: {
        parameters: {
            query?: {
                /** @description The id of the last item of the page before. Default: the first page. */
                after?: string;
                /** @description The maximum number of items, up to 100. Default: 20. */
                limit?: number;
                /** @description `asc` or `desc`. Default: `desc`. */
                order?: "asc" | "desc";
            };
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of items. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_openai_files: {
        parameters: {
            query?: {
                /** @description The id of the last file of the page before. Default: the first page. */
                after?: string;
                /** @description The maximum number of files, up to 10000. Default: 10000. */
                limit?: number;
                /** @description `asc` or `desc`. Default: `desc`. */
                order?: "asc" | "desc";
                /** @description Only files of this purpose: all have `user_data`. */
                purpose?: string;
            };
            header?: {
                /** @description The session. */
                "x-session-id"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The files. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    create_openai_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session. */
                "x-session-id"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["FileForm"];
            };
        };
        responses: {
            /** @description The file. */
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
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_openai_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session. */
                "x-session-id"?: string | null;
            };
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    delete_openai_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session. */
                "x-session-id"?: string | null;
            };
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is removed. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_openai_file_content: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session. */
                "x-session-id"?: string | null;
            };
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The models. */
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
            410: components["responses"]["Problem410"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    get_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    create_response: {
        parameters: {
            query?: never;
            header?: {
                /** @description The session. */
                "x-session-id"?: string | null;
                /** @description Requests with the same key have one effect and one response, for 24 hours. */
                "Idempotency-Key"?: string;
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    get_response: {
        parameters: {
            query?: {
                /** @description Whether to stream its events. Default: no. */
                stream?: boolean;
                /** @description The number of the last event that was seen. Default: none. */
                starting_after?: number;
                /** @description Whether random characters hide the lengths of events; not supported. */
                include_obfuscation?: boolean;
            };
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    cancel_response: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of a guide.
                 * @example agents
                 */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The response. */
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
            410: components["responses"]["Problem410"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
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
            /** @description The key's name, role and scope. */
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
            410: components["responses"]["Problem410"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
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
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            431: components["responses"]["Problem431"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
}

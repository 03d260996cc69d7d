"""What a session has recorded, as tests look at it."""


def nodes(session):
    """The nodes that were called, in the order in which the calls began."""
    return [call["node"] for call in sorted(session.payload()["calls"], key=lambda call: call["call"])]


def tree(session):
    """The calls of a session, each with its caller's kind and name before its own."""
    recorded = sorted(session.payload()["calls"], key=lambda call: call["call"])
    names = {call["call"]: f"{call.get('kind', 'function')} {call['node']}" for call in recorded}
    return [
        f"{names[call['parent']]} > {names[call['call']]}" if "parent" in call else names[call["call"]]
        for call in recorded
    ]
